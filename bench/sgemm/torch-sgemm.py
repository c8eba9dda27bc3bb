"""The limit: how fast this machine multiplies two 1,024 x 1,024 float32 matrices with PyTorch's BLAS. Prints one JSON line.

  python bench/sgemm/torch-sgemm.py --threads 2 --seconds 2

The best of many short spans would be the peak; the mean over the whole time is what a program that did nothing else would get.
"""
import argparse
import json
import time

import torch

arguments = argparse.ArgumentParser()
arguments.add_argument("--size", type=int, default=1024)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--seconds", type=float, default=2.0)
options = arguments.parse_args()
torch.set_num_threads(options.threads)

left = torch.rand(options.size, options.size)
right = torch.rand(options.size, options.size)
product = torch.empty(options.size, options.size)
for _ in range(10):
    torch.mm(left, right, out=product)

products = 0
begun, begun_cpu = time.perf_counter(), time.process_time()
while time.perf_counter() - begun < options.seconds:
    torch.mm(left, right, out=product)
    products += 1
elapsed_seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - begun_cpu

print(json.dumps({
    "limit": "torch.mm " + torch.__version__,
    "blas": "mkl" if torch.backends.mkl.is_available() else "other",
    "size": options.size,
    "threads": options.threads,
    "gigaflopsPerSecond": round(2 * options.size**3 * products / elapsed_seconds / 1e9, 2),
    "gigaflopsPerCpuSecond": round(2 * options.size**3 * products / cpu_seconds / 1e9, 2),
    "multiplications": products,
}))
