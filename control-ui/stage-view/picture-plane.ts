import { CanvasTexture, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace } from 'three';

/** A picture on a surface: a small canvas that previews are drawn into, shown unlit. */
export class PicturePlane {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  readonly texture: CanvasTexture;
  private readonly canvas = document.createElement('canvas');
  private aspect = 16 / 9;
  private readonly pen: CanvasRenderingContext2D | null;

  constructor(
    private widthM: number,
    opacity: number,
  ) {
    this.canvas.width = 480;
    this.canvas.height = 270;
    this.pen = this.canvas.getContext('2d', { alpha: false });
    this.texture = new CanvasTexture(this.canvas);
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.generateMipmaps = false;
    const material = new MeshBasicMaterial({ map: this.texture, transparent: opacity < 1, opacity, toneMapped: false });
    this.mesh = new Mesh(new PlaneGeometry(1, 1), material);
    this.setWidth(widthM);
  }

  setWidth(widthM: number): void {
    this.widthM = widthM;
    this.mesh.scale.set(widthM, widthM / this.aspect, 1);
  }

  draw(picture: ImageBitmap): void {
    this.aspect = picture.width / picture.height;
    this.mesh.scale.y = this.widthM / this.aspect;
    this.pen?.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.texture.needsUpdate = true;
  }

  dispose(): void {
    this.texture.dispose();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
