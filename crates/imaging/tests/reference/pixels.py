"""Reference values for DICOM pixels: `python pixels.py DATA` writes pixels.json beside it.

DATA is the folder of the shared data. Unpacked by pydicom with pylibjpeg (versions are in the file), then shown as PS3.3
says: slope and intercept (C.11.1), the first window by its linear function (C.11.2.1.2.1), or from the least to the greatest
value without one; MONOCHROME1 inverted. Written is the mean luminance of the first frame in 0..=1, or null where there are no
pixels or they cannot be unpacked.
"""

import importlib.metadata
import json
import pathlib
import sys
import warnings

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(sys.argv[1]) / "dicom-basics"
WEIGHTS = np.array([0.299, 0.587, 0.114])


def first(value):
    return float(value[0] if isinstance(value, pydicom.multival.MultiValue) else value)


def shown(path):
    dataset = pydicom.dcmread(path, force=True)
    if "PixelData" not in dataset or dataset.PhotometricInterpretation == "PALETTE COLOR" or dataset.BitsAllocated not in (8, 16):
        return None
    frames = int(dataset.get("NumberOfFrames") or 1)
    pixels = pixel_array(dataset, index=0 if frames > 1 else None).astype(float)
    if dataset.SamplesPerPixel == 3:
        return float((pixels @ WEIGHTS).mean() / (2 ** dataset.BitsAllocated - 1))
    values = pixels * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
    if "WindowCenter" in dataset and "WindowWidth" in dataset:
        center, width = first(dataset.WindowCenter), first(dataset.WindowWidth)
        grey = np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0, 1)
    else:
        grey = (values - values.min()) / max(values.max() - values.min(), 1e-9)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 1 - grey
    return float(grey.mean())


def main():
    warnings.simplefilter("ignore")
    files = {}
    for path in sorted(DATA.rglob("*.dcm")):
        try:
            mean = shown(path)
        except Exception as error:
            print(path.name, type(error).__name__, str(error)[:100])
            mean = None
        files[str(path.relative_to(DATA))] = mean
    versions = {name: importlib.metadata.version(name) for name in ["pydicom", "numpy", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg"]}
    (HERE / "pixels.json").write_text(json.dumps({"versions": versions, "files": files}, indent=1) + "\n")


main()
