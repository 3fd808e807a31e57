"""Reference values for images: `python pictures.py DATA` writes pictures.json beside it.

DATA is the folder of the shared data. Decoded by Pillow, computed by numpy (versions are in the file). Also makes the small
images of `made/`: of each format and kind one; their values are those of the numbers that were written.
"""

import json
import pathlib
import struct
import sys
import zlib

import numpy as np
import PIL
from PIL import Image

HERE = pathlib.Path(__file__).parent
MADE = HERE / "made"
DATA = pathlib.Path(sys.argv[1])
SHARED = ["he-tiles-misc/*.png", "he-tiles-misc/*.jpg", "malaria-mini/images/*/*cell_2*.png",
          "cxr-nih-images/images/0000130*.png", "wbc-multisite/images/*/*201.png", "blood-cells-multisite/images/*/*a_13.png"]


def properties(numbers):
    """`numbers`: rows x columns x channels of whole numbers of 8 or 16 bits, of one channel (grey) or three."""
    most = np.iinfo(numbers.dtype).max
    values = numbers / most
    red, green, blue = (values[..., min(channel, values.shape[2] - 1)] for channel in range(3))
    grey = values.shape[2] == 1
    light = red if grey else 0.299 * red + 0.587 * green + 0.114 * blue
    edge = np.pad(light, 1, mode="reflect")
    laplacian = edge[:-2, 1:-1] + edge[2:, 1:-1] + edge[1:-1, :-2] + edge[1:-1, 2:] - 4 * light
    weights = np.array([1000] if grey else [299, 587, 114])
    scale = 1000 * most // 255
    counts = np.bincount(((numbers.astype(int) @ weights + scale // 2) // scale).ravel())
    share = counts[counts > 0] / counts.sum()
    high, low = values.max(axis=2), values.min(axis=2)
    saturation = np.where(high > 0, (high - low) / np.where(high > 0, high, 1), 0)
    return {
        "brightness": light.mean(),
        "contrast": light.std(),
        "sharpness": laplacian.var(),
        "entropy": max(0.0, -(share * np.log2(share)).sum()),
        "red": None if grey else red.mean(),
        "green": None if grey else green.mean(),
        "blue": None if grey else blue.mean(),
        "saturation": None if grey else saturation.mean(),
        "black": (high == 0).mean(),
        "white": (low == 1).mean(),
    }


def row(path, values, format_, channels, bits):
    height, width = values.shape[:2]
    return {"format": format_, "bytes": path.stat().st_size, "width": width, "height": height, "channels": channels,
            "bits": bits, **properties(values)}


def decoded(path):
    with Image.open(path) as image:
        if image.mode in ("RGB", "RGBA", "P", "CMYK", "YCbCr"):
            values = np.asarray(image.convert("RGB"))
        else:
            assert image.mode in ("L", "LA", "1"), image.mode
            values = np.asarray(image.convert("L"))[..., None]
        channels = {"LA": 2, "RGBA": 4}.get(image.mode, values.shape[2])
        return row(path, values, image.format.lower(), channels, 1 if image.mode == "1" else 8)


def png(path, values):
    """A PNG in colour of 16 bits, which Pillow cannot write."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    lines = b"".join(b"\0" + line.astype(">u2").tobytes() for line in values)
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 16, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def make():
    MADE.mkdir(exist_ok=True)
    chance = np.random.default_rng(4)
    colour = chance.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    colour[0, :4] = 0
    colour[6, :5] = 255
    grey, clear = colour[..., 0], chance.integers(0, 256, (7, 9), dtype=np.uint8)
    words = chance.integers(0, 65536, (7, 9, 3), dtype=np.uint16)
    one = lambda array: array[..., None]
    made = {}

    def keep(name, image, values, format_, channels, bits=8, **options):
        image.save(MADE / name, **options)
        made[name] = row(MADE / name, values, format_, channels, bits)

    image = Image.fromarray(colour)
    for name, format_, options in [("colour.png", "png", {}), ("colour.bmp", "bmp", {}), ("colour.tif", "tiff", {}),
                                   ("lzw.tif", "tiff", {"compression": "tiff_lzw"}),
                                   ("deflate.tif", "tiff", {"compression": "tiff_adobe_deflate"}),
                                   ("colour.webp", "webp", {"lossless": True})]:
        keep(name, image, colour, format_, 3, **options)
    keep("grey.png", Image.fromarray(grey), one(grey), "png", 1)
    keep("grey.tif", Image.fromarray(grey), one(grey), "tiff", 1)
    keep("grey_clear.png", Image.fromarray(np.dstack([grey, clear])), one(grey), "png", 2)
    keep("colour_clear.png", Image.fromarray(np.dstack([colour, clear])), colour, "png", 4)
    bit = grey > 127
    keep("bit.png", Image.fromarray(bit), one(bit.astype(np.uint8) * np.uint8(255)), "png", 1, bits=1)
    wide = words[..., 0]
    keep("grey16.png", Image.fromarray(wide), one(wide), "png", 1, bits=16)
    keep("grey16.tif", Image.fromarray(wide), one(wide), "tiff", 1, bits=16)
    png(MADE / "colour16.png", words)
    made["colour16.png"] = row(MADE / "colour16.png", words, "png", 3, 16)
    few = Image.fromarray(colour // 86 * 86).convert("P", palette=Image.Palette.ADAPTIVE, colors=32)
    keep("palette.png", few, np.asarray(few.convert("RGB")), "png", 3)
    keep("palette.bmp", few, np.asarray(few.convert("RGB")), "bmp", 3)
    # GIF is unpacked with transparency.
    keep("two_frames.gif", few, np.asarray(few.convert("RGB")), "gif", 4, save_all=True,
         append_images=[few.transpose(Image.Transpose.FLIP_LEFT_RIGHT)], optimize=False)
    for name, shape in [("dot.png", (1, 1)), ("line.png", (1, 6)), ("column.png", (5, 1))]:
        part = grey[2:2 + shape[0], :shape[1]]
        keep(name, Image.fromarray(part), one(part), "png", 1)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Leica", "DM 6", "2009:11:03 12:30:00"
    smooth = Image.fromarray(colour).resize((40, 30), Image.Resampling.BICUBIC)
    smooth.save(MADE / "camera.jpg", quality=90, exif=exif)
    made["camera.jpg"] = decoded(MADE / "camera.jpg")
    smooth.convert("L").save(MADE / "progressive.jpg", quality=90, progressive=True)
    made["progressive.jpg"] = decoded(MADE / "progressive.jpg")
    smooth.save(MADE / "lossy.webp", quality=80, exif=exif)
    made["lossy.webp"] = decoded(MADE / "lossy.webp")
    Image.fromarray(colour).save(MADE / "camera.tif", exif=exif)
    made["camera.tif"] = row(MADE / "camera.tif", colour, "tiff", 3, 8)
    Image.fromarray(colour).save(MADE / "camera.png", exif=exif)
    made["camera.png"] = row(MADE / "camera.png", colour, "png", 3, 8)
    for name in ("camera.jpg", "camera.tif", "camera.png", "lossy.webp"):
        made[name] |= {"camera_make": "Leica", "camera_model": "DM 6", "taken": "2009-11-03T12:30:00"}
    return made


def main():
    made = make()
    shared = {}
    for pattern in SHARED:
        for path in sorted(DATA.glob(pattern)):
            shared[str(path.relative_to(DATA))] = decoded(path)
    versions = {"numpy": np.__version__, "pillow": PIL.__version__}
    parts = [f' "versions": {json.dumps(versions)}']
    for name, rows in (("made", made), ("shared", shared)):
        lines = ",\n".join(f"  {json.dumps(path)}: {json.dumps(values)}" for path, values in rows.items())
        parts.append(f' "{name}": {{\n{lines}\n }}')
    (HERE / "pictures.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")


main()
