"""Writes schema.binpb: the descriptors of TFDV's schema, as tensorflow-metadata ships them.

    pip install tensorflow-metadata==1.16.1
    python make_descriptor.py
"""

import pathlib

from google.protobuf import descriptor_pb2
from tensorflow_metadata.proto.v0 import schema_pb2


def add(file, found):
    if file.name in found:
        return
    for other in file.dependencies:
        add(other, found)
    proto = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(proto)
    found[file.name] = proto


found = {}
add(schema_pb2.DESCRIPTOR, found)
descriptors = descriptor_pb2.FileDescriptorSet(file=found.values())
path = pathlib.Path(__file__).with_name("schema.binpb")
path.write_bytes(descriptors.SerializeToString(deterministic=True))
print(path.stat().st_size, "bytes:", ", ".join(found))
