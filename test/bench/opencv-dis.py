"""OpenCV's DISOpticalFlow, one thread, behind JSON lines on stdin and stdout. Driven by opencv-dis.ts.

{"op":"pair","id":S,"width":W,"height":H,"from":BASE64,"to":BASE64}  keeps two 8-bit luma pictures
{"op":"time","id":S,"preset":P,"runs":N}                              -> {"ms":[...]}
{"op":"flow","id":S,"preset":P}                                       -> {"flow":BASE64 of float32 u,v}
"""

import base64
import json
import sys
import time

import cv2
import numpy

cv2.setNumThreads(1)
cv2.ocl.setUseOpenCL(False)
PRESETS = {
    "ultrafast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}
engines = {name: cv2.DISOpticalFlow_create(value) for name, value in PRESETS.items()}
pairs = {}


def picture(request, key):
    data = numpy.frombuffer(base64.b64decode(request[key]), dtype=numpy.uint8)
    return data.reshape(request["height"], request["width"]).copy()


def answer(request):
    if request["op"] == "pair":
        pairs[request["id"]] = (picture(request, "from"), picture(request, "to"))
        return {}
    engine = engines[request["preset"]]
    a, b = pairs[request["id"]]
    if request["op"] == "flow":
        return {"flow": base64.b64encode(engine.calc(a, b, None).tobytes()).decode()}
    spans = []
    for _ in range(request["runs"]):
        started = time.perf_counter()
        engine.calc(a, b, None)
        spans.append((time.perf_counter() - started) * 1000)
    return {"ms": spans}


print(json.dumps({"version": cv2.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
