"""Peer of `peers.mjs --model shared`: MF of cosines under softmax with shared negatives in eager PyTorch, Adam over whole tables.

  python bench/peers/torch-shared-softmax.py --batch-sizes 8192 [--threads 2 --seconds 3 --users 29858 --items 40981 --dot 64]

The same mathematics as ours: blocks of 256 positives share their negatives, logits are cosines over the temperature, the loss is the
cross-entropy of the positive among its block's negatives but those that the row leaves out. Only the step is timed, from indices
and masks already in memory: drawing and finding what users have seen would come on top. Prints a JSON line a batch size.
"""
import argparse
import json
import time

import torch
from torch.nn import functional

arguments = argparse.ArgumentParser()
arguments.add_argument("--batch-sizes", default="1024,8192,65536")
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--seconds", type=float, default=3.0)
arguments.add_argument("--users", type=int, default=29858)
arguments.add_argument("--items", type=int, default=40981)
arguments.add_argument("--dot", type=int, default=64)
arguments.add_argument("--negatives", type=int, default=1024)
arguments.add_argument("--temperature", type=float, default=0.1)
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)

BLOCK_ROWS = 256
# Left out by each row, about as many as a user of 27 items has seen among 1,024 of 40,981.
MASKED_SHARE = 0.7


def batch_of(size):
    blocks = -(-size // BLOCK_ROWS)
    rows = torch.nonzero(torch.rand(size) < MASKED_SHARE).squeeze(1)
    return {
        "users": torch.randint(options.users, (size,)),
        "positives": torch.randint(options.items, (size,)),
        "negatives": torch.randint(options.items, (blocks, options.negatives)),
        "masked": (rows // BLOCK_ROWS, rows % BLOCK_ROWS, torch.randint(options.negatives, rows.shape)),
    }


def loss_of(users, items, batch):
    rows = functional.normalize(users(batch["users"]), dim=1)
    positives = functional.normalize(items(batch["positives"]), dim=1)
    negatives = functional.normalize(items(batch["negatives"]), dim=2)
    own = (rows * positives).sum(1) / options.temperature
    blocks = rows.view(batch["negatives"].shape[0], -1, options.dot)
    logits = torch.bmm(blocks, negatives.transpose(1, 2)) / options.temperature
    logits[batch["masked"]] = float("-inf")
    # Without a copy of all logits beside the positives': the faster of two ways to write it.
    return (torch.logaddexp(own, torch.logsumexp(logits, 2).flatten()) - own).mean()


for size in map(int, options.batch_sizes.split(",")):
    if size % BLOCK_ROWS:
        raise SystemExit(f"batch size {size} is no multiple of {BLOCK_ROWS}, the rows that share their negatives")
    users = torch.nn.Embedding(options.users, options.dot)
    items = torch.nn.Embedding(options.items, options.dot)
    adam = torch.optim.Adam([*users.parameters(), *items.parameters()], lr=0.001)
    batches = [batch_of(size) for _ in range(4)]

    def step(number):
        adam.zero_grad()
        loss = loss_of(users, items, batches[number % len(batches)])
        loss.backward()
        adam.step()
        return loss.item()

    for number in range(2):
        step(number)
    steps = 0
    begun, begun_cpu = time.perf_counter(), time.process_time()
    while steps < 3 or time.perf_counter() - begun < options.seconds:
        step(steps)
        steps += 1
    elapsed, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    print(json.dumps({
        "peer": f"PyTorch {torch.__version__} eager, {options.threads} threads",
        "batchSize": size,
        "samplesPerSecond": round(size * steps / elapsed),
        "cpuNanosecondsPerSample": round(1e9 * cpu / (size * steps), 1),
        "steps": steps,
    }))
