"""Verifies a galen ledger after docs/formats.md, with nothing of galen: verify.py LEDGER_FOLDER SYSTEM_KEY_HEX.

Needs Python 3.8 or later; checks the checkpoint's signature with the openssl command where there is one, and says if not.
"""
import base64, hashlib, os, shutil, subprocess, sys, tempfile

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def fail(why):
    print("BROKEN:", why)
    sys.exit(1)

def read(folder, kind, n, width):
    name = "%03d" % (n % 1000)
    while n >= 1000:
        n //= 1000
        name = "x%03d/%s" % (n % 1000, name)
    path = os.path.join(folder, "tile", str(kind), name + ("" if width == 256 else ".p/%d" % width))
    with open(path, "rb") as file:
        return file.read()

def root(hashes):  # RFC 6962, section 2.1
    if len(hashes) < 2:
        return hashes[0] if hashes else sha()
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\x01", root(hashes[:k]), root(hashes[k:]))

def check_signature(text, name, lines, key):  # C2SP signed-note
    own = sha(name.encode(), b"\n\x01", key)[:4]
    blobs = [base64.b64decode(line.split(" ")[2]) for line in lines if line.startswith("\u2014 %s " % name)]
    signatures = [blob[4:] for blob in blobs if blob[:4] == own]
    if not signatures:
        fail("the checkpoint is not signed by this key")
    if not shutil.which("openssl"):
        return "signature not checked: no openssl"
    with tempfile.TemporaryDirectory() as folder:
        for file, data in [("key", bytes.fromhex("302a300506032b6570032100") + key), ("sig", signatures[0]), ("text", text)]:
            with open(os.path.join(folder, file), "wb") as out:
                out.write(data)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile sig".split()
        if subprocess.run(command, cwd=folder, capture_output=True).returncode != 0:
            fail("the checkpoint's signature does not fit")
    return "signature checked"

def main(folder, key):
    with open(os.path.join(folder, "checkpoint"), "rb") as file:
        text, _, below = file.read().rpartition(b"\n\n")
    origin, size, signed_root = text.decode().split("\n")[:3]
    signed = check_signature(text + b"\n", origin, below.decode().splitlines(), key)
    size, level, hashes = int(size), 0, []
    for n in range((size + 255) // 256):  # entry bundles
        width = min(256, size - 256 * n)
        data = read(folder, "entries", n, width)
        for _ in range(width):
            length = int.from_bytes(data[:2], "big")
            hashes.append(sha(b"\x00", data[2 : 2 + length]))
            data = data[2 + length :]
        if data:
            fail("bundle %d has bytes too many" % n)
    found = base64.b64encode(root(hashes)).decode()
    while hashes:  # tiles, level by level; a full tile is a hash of the next
        for n in range((len(hashes) + 255) // 256):
            part = hashes[256 * n : 256 * n + 256]
            if read(folder, level, n, len(part)) != b"".join(part):
                fail("tile %d of level %d differs from the entries" % (n, level))
        hashes = [root(hashes[256 * n : 256 * n + 256]) for n in range(len(hashes) // 256)]
        level += 1
    if found != signed_root:
        fail("the root of the entries is not the one that was signed")
    print("ok: %d entries, %s" % (size, signed))

try:
    main(sys.argv[1], bytes.fromhex(sys.argv[2]))
except (OSError, ValueError, IndexError) as error:
    fail(error)
