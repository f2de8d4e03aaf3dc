"""Whether each document is well-formed, as expat sees it: 1 or 0, in their order. Documents come with their length before them."""
import struct
import sys
from xml.parsers import expat

data = sys.stdin.buffer.read()
at = 0
verdicts = []
while at < len(data):
    (length,) = struct.unpack_from('>I', data, at)
    at += 4
    parser = expat.ParserCreate('utf-8')
    try:
        parser.Parse(data[at : at + length], True)
        verdicts.append('1')
    except expat.ExpatError:
        verdicts.append('0')
    at += length
sys.stdout.write(''.join(verdicts))
