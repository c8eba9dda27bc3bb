"""The limit: CPU seconds of numpy's product for as many float32 scores, some users at a time, which nobody looks at.

  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python bench/catalogue/bare_product.py USERS ITEMS WIDTH
"""
import sys
import time

import numpy

users, items, width = (int(word) for word in sys.argv[1:4])
TOGETHER = 256
random = numpy.random.default_rng(1)
left = random.standard_normal((users, width), dtype=numpy.float32)
right = numpy.ascontiguousarray(random.standard_normal((items, width), dtype=numpy.float32).T)
scores = numpy.empty((TOGETHER, items), dtype=numpy.float32)
numpy.matmul(left[:TOGETHER], right, out=scores)
begun = time.process_time()
for first in range(0, users, TOGETHER):
    block = left[first : first + TOGETHER]
    numpy.matmul(block, right, out=scores[: len(block)])
print(f"{time.process_time() - begun:.3f}")
