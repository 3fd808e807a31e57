"""The division of ten rows under seed 7, with a ChaCha20 (RFC 8439) and a shuffle written apart from galen's."""
import struct

def quarter(s, a, b, c, d):
    m = 0xFFFFFFFF
    for x, y, z, r in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & m
        v = s[z] ^ s[x]
        s[z] = ((v << r) | (v >> (32 - r))) & m

def words(seed):
    key = struct.unpack("<8I", seed.to_bytes(8, "little") + bytes(24))
    counter = 0
    while True:
        # rand_chacha counts blocks in 64 bits and has a stream of 64 bits, both from 0.
        start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key, counter & 0xFFFFFFFF, counter >> 32, 0, 0]
        s = list(start)
        for _ in range(10):
            for q in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                      (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
                quarter(s, *q)
        block = [(x + y) & 0xFFFFFFFF for x, y in zip(s, start)]
        for low, high in zip(block[::2], block[1::2]):
            yield low | high << 32
        counter += 1

def shuffled(n, seed):
    rows, random = list(range(n)), words(seed)
    for last in range(n - 1, 0, -1):
        bound = last + 1
        whole = 2**64 // bound * bound
        word = next(w for w in random if w < whole)
        place = word % bound
        rows[last], rows[place] = rows[place], rows[last]
    return rows

rows = shuffled(10, 7)
print(sorted(rows[:4]), sorted(rows[4:6]))
