"""Peer of lazy-adam: NeuMF in eager PyTorch with sparse gradients of its tables under SparseAdam, the rest under Adam. Prints JSON.

  python bench/peers/torch-sparse-adam.py --users 604000 --items 370600 [--batch-size 8192 --threads 2 --seconds 3]

Times the step alone, on batches that are made up beforehand: positives with skewed popularities as in bench/made-up-task.mjs, four
uniform negatives each. SparseAdam leaves the moments of absent rows as they are, and does not catch up.
"""
import argparse
import json
import resource
import time

import torch
from torch import nn

arguments = argparse.ArgumentParser()
arguments.add_argument("--users", type=int, required=True)
arguments.add_argument("--items", type=int, required=True)
arguments.add_argument("--batch-size", type=int, default=8192)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--seconds", type=float, default=3)
arguments.add_argument("--gmf", type=int, default=8)
arguments.add_argument("--embedding", type=int, default=32)
arguments.add_argument("--layers", default="64,32,16,8")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
layers = [int(width) for width in options.layers.split(",")]


def table(rows, width):
    made = nn.Embedding(rows, width, sparse=True)
    nn.init.normal_(made.weight, std=0.01)
    return made


tables = nn.ModuleList(
    table(rows, width) for rows in (options.users, options.items) for width in (options.gmf, options.embedding)
)
tower = nn.Sequential(*[part for pair in zip(layers, layers[1:]) for part in (nn.Linear(*pair), nn.ReLU())])
head = nn.Linear(options.gmf + layers[-1], 1)
sparse = torch.optim.SparseAdam(list(tables.parameters()), lr=0.001)
dense = torch.optim.Adam([*tower.parameters(), *head.parameters()], lr=0.001)
loss_of = nn.BCEWithLogitsLoss()


def made_up_batch():
    positives = options.batch_size // 5
    users = (options.users * torch.rand(positives) ** 2).long().repeat_interleave(5)
    items = (options.items * torch.rand(positives, 5)).long()
    items[:, 0] = (options.items * torch.rand(positives) ** 2.5).long()
    labels = torch.zeros(positives, 5)
    labels[:, 0] = 1
    return users, items.reshape(-1), labels.reshape(-1)


def step(users, items, labels):
    user_gmf, user_mlp, item_gmf, item_mlp = tables
    product = user_gmf(users) * item_gmf(items)
    hidden = tower(torch.cat([user_mlp(users), item_mlp(items)], 1))
    loss = loss_of(head(torch.cat([product, hidden], 1)).squeeze(1), labels)
    sparse.zero_grad()
    dense.zero_grad()
    loss.backward()
    sparse.step()
    dense.step()
    return len(labels)


batches = [made_up_batch() for _ in range(16)]
for batch in batches[:3]:
    step(*batch)
samples, steps = 0, 0
began, cpu_began = time.perf_counter(), time.process_time()
while time.perf_counter() - began < options.seconds or steps < 3:
    samples += step(*batches[steps % len(batches)])
    steps += 1
elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu_began
print(
    json.dumps(
        {
            "engine": f"PyTorch {torch.__version__}, SparseAdam",
            "threads": options.threads,
            "batchSize": options.batch_size,
            "samplesPerSecond": round(samples / elapsed),
            "cpuNanosecondsPerSample": round(1e9 * cpu / samples, 1),
            "peakBytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        }
    )
)
