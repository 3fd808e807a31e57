"""Reference values for DICOM headers: `python headers.py DATA` writes headers.json beside it.

DATA is the folder of the shared data. Read by pydicom (its version is in the file) with force=True up to the pixels. Also
makes the small files of `made/`, which hold what the shared files do not.
"""

import json
import pathlib
import sys
import warnings

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.uid import ExplicitVRLittleEndian
from pydicom.valuerep import PersonName

HERE = pathlib.Path(__file__).parent
MADE = HERE / "made"
DATA = pathlib.Path(sys.argv[1]) / "dicom-basics"
KEYWORDS = """Modality SOPClassUID ImageType PresentationIntentType Rows Columns NumberOfFrames SamplesPerPixel
PhotometricInterpretation BitsAllocated BitsStored PixelRepresentation PixelSpacing ImagerPixelSpacing SliceThickness
SpacingBetweenSlices RescaleSlope RescaleIntercept WindowCenter WindowWidth LossyImageCompression BodyPartExamined
ViewPosition Laterality ImageLaterality PatientPosition KVP Exposure ExposureTime XRayTubeCurrent ConvolutionKernel
MagneticFieldStrength RepetitionTime EchoTime Manufacturer ManufacturerModelName SoftwareVersions StationName
InstitutionName PatientID PatientSex PatientAge StudyDate AcquisitionDate StudyInstanceUID SeriesInstanceUID
SOPInstanceUID PatientIdentityRemoved BurnedInAnnotation PatientName PatientBirthDate OtherPatientIDs OtherPatientNames
PatientBirthName PatientMotherBirthName PatientAddress PatientTelephoneNumbers AccessionNumber ReferringPhysicianName
PerformingPhysicianName OperatorsName""".split()


def written(value):
    """A value as it stands in the file: pydicom keeps the text of numbers."""
    if isinstance(value, MultiValue):
        return "\\".join(written(one) for one in value)
    if not value and value != 0:
        return ""
    if isinstance(value, PersonName):
        return str(value).strip()
    return str(getattr(value, "original_string", value)).strip()


PROFILE = {
    (int(group, 16), int(element, 16)): action
    for group, element, action in (
        line.split(",") for line in (HERE / "../../src/dicom/profile.csv").read_text().split("\n") if line and line[0] != "#")
}


def must_go(tag):
    is_overlay = tag.group & 0xFF00 == 0x6000 and tag.elem in (0x3000, 0x4000)
    listed = tag.group > 4 and PROFILE.get((tag.group, tag.elem)) in ("X", "Z", "X/Z")
    return tag.group & 0xFF00 == 0x5000 or is_overlay or listed


def says_something(dataset, tag):
    value = dataset[tag].value
    if isinstance(value, pydicom.sequence.Sequence):
        return len(value) > 0
    return bool(value if isinstance(value, bytes) else written(value).strip("\0^= \\"))


def header(path):
    dataset = pydicom.dcmread(path, force=True, stop_before_pixels=True)
    whole = pydicom.dcmread(path, force=True)
    shared = dataset.get("SharedFunctionalGroupsSequence") or [Dataset()]
    measures = (shared[0].get("PixelMeasuresSequence") or [Dataset()])[0]
    values = {}
    for keyword in KEYWORDS:
        text = written(dataset.get(keyword))
        if not text and keyword in ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices"):
            text = written(measures.get(keyword))
        if text.strip("\\"):
            values[keyword] = text
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax:
        values["TransferSyntaxUID"] = str(syntax)
    return {
        "values": values,
        "preamble": dataset.preamble is not None,
        "pixels": "PixelData" in whole,
        "private_tags": sum(tag.is_private for tag in dataset.keys()),
        "identifying": [pydicom.datadict.keyword_for_tag(tag) or str(tag).replace(" ", "").upper()
                        for tag in sorted(dataset.keys()) if must_go(tag) and says_something(dataset, tag)],
    }


def blank(**values):
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2.1"
    dataset.SOPInstanceUID = "1.2.3.4.5"
    dataset.Modality = "CT"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def save(name, dataset, implicit=False, little=True, syntax=ExplicitVRLittleEndian, meta=True):
    if meta:
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.preamble = b"\0" * 128
    pydicom.dcmwrite(MADE / name, dataset, implicit_vr=implicit, little_endian=little, enforce_file_format=False,
                     force_encoding=True)


def make():
    MADE.mkdir(exist_ok=True)
    save("latin.dcm", blank(SpecificCharacterSet="ISO_IR 100", InstitutionName="Universitätsspital Zürich",
                            PatientName="Müller^Jürg", PatientAge="018M", StudyDate="20240229"))
    save("japanese.dcm", blank(SpecificCharacterSet=["", "ISO 2022 IR 87"], InstitutionName="山田病院"))
    frames = blank(NumberOfFrames=2, Rows=4, Columns=4)
    measures = Dataset()
    measures.PixelSpacing = [0.5, 0.25]
    measures.SliceThickness = "1.25"
    group = Dataset()
    group.PixelMeasuresSequence = [measures]
    other = Dataset()
    other.SliceThickness = "99"
    each = Dataset()
    each.PixelMeasuresSequence = [other]
    frames.SharedFunctionalGroupsSequence = [group]
    frames.PerFrameFunctionalGroupsSequence = [each, each]
    save("frames.dcm", frames)
    for sequence in (frames["SharedFunctionalGroupsSequence"], frames["PerFrameFunctionalGroupsSequence"]):
        sequence.is_undefined_length = True
        for item in sequence.value:
            item.is_undefined_length_sequence_item = True
            item["PixelMeasuresSequence"].is_undefined_length = True
    save("frames_open.dcm", frames)
    save("says_explicit_is_implicit.dcm", blank(Rows=7), implicit=True)
    save("big_without_meta.dcm", blank(Rows=7), little=False, meta=False)
    # A private sequence that a writer did not know: of unknown kind, of undefined length, without kinds inside.
    unknown = blank(PatientSex="F")
    save("unknown.dcm", unknown)
    path = MADE / "unknown.dcm"
    bytes_ = path.read_bytes()
    at = bytes_.index(b"\x10\x00\x40\x00CS")
    item = b"\x08\x00\x60\x00\x02\x00\x00\x00MR"
    private = (b"\x09\x00\x10\x10UN\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + item
               + b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0")
    path.write_bytes(bytes_[:at] + private + bytes_[at:])


def main():
    warnings.simplefilter("ignore")
    make()
    files = {}
    for root in (DATA, MADE):
        for path in sorted(root.rglob("*.dcm")):
            files[str(path.relative_to(root))] = header(path)
    document = {"pydicom": pydicom.__version__, "files": files}
    (HERE / "headers.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


main()
