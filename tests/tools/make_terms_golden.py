#!/usr/bin/python3
"""tests/tools/make_terms_golden.py - writes the golden cases of group terms: pull and push forms of a whole batch, and
slow features in closed form.

    make_terms_golden.py FOLDER

Losses are written down here as PyTorch expressions, gradients are PyTorch's automatic differentiation of them, in
float64; eigenvectors are LAPACK's. Nothing of liblpl is used. Inputs are random numbers that float32 holds exactly.
"""
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def cosine_pull(z1, z2):
    return -F.cosine_similarity(z1, z2, dim=1, eps=1e-12).mean()


def negative_push(z):
    u = F.normalize(z, dim=1, eps=1e-12)
    cosines = u @ u.T
    pairs = ~torch.eye(len(z), dtype=torch.bool)
    return (cosines[pairs] ** 2).mean()


def log_det_push(z, eps):
    c = torch.cov(z.T).reshape(z.shape[1], z.shape[1]) + eps * torch.eye(z.shape[1])
    return -torch.logdet(c) / z.shape[1]


def predictor(c, alpha, eps):
    s, v = torch.linalg.eigh(c)
    return v @ torch.diag((s.clamp(min=0) / s.max() + eps) ** alpha) @ v.T


def direct_pred(z, other, w):
    return ((z @ w - other.detach()) ** 2).mean()


def iso_loss(z, other, w):
    return ((z - (other + z - z @ w).detach()) ** 2).mean()


def gradient(f, z):
    z = z.clone().requires_grad_(True)
    (g,) = torch.autograd.grad(f(z), z)
    return g


def slow_features(x0, x1, ridge):
    """All of them, by LAPACK: the symmetric problem in the coordinates where D + ridge I is 1."""
    both = np.concatenate([x0, x1])
    c0, d = np.cov(both, rowvar=False, bias=True), (x1 - x0).T @ (x1 - x0) / (2 * len(x0))
    s, q = np.linalg.eigh(np.atleast_2d(d) + ridge * np.eye(x0.shape[1]))
    half = q / np.sqrt(s)
    mu, v = np.linalg.eigh(half.T @ np.atleast_2d(c0) @ half)
    w = (half @ v / np.sqrt(mu)).T[::-1]
    return mu[::-1], w * np.sign(w[np.arange(len(w)), np.abs(w).argmax(1)])[:, None]


def case(folder, name, rng, B, M, eps, keep, offset, large=False):
    path = os.path.join(folder, "terms", name)
    os.makedirs(path, exist_ok=True)
    scale = rng.uniform(0.3, 2, M)
    x = [(rng.normal(size=(B, M)) * scale + offset).astype("f4").astype("f8")]
    x.append((x[0] + 0.4 * rng.normal(size=(B, M))).astype("f4").astype("f8"))
    root = rng.normal(size=(M, M))
    c = (root @ root.T / M).astype("f4").astype("f8")  # what the predictor has seen before: symmetric, exact in float32
    predictor_eps, ridge = 0.125, 0.25
    scalars = {"B": B, "M": M, "eps": eps, "predictor_keep": keep, "predictor_eps": predictor_eps, "ridge": ridge}
    arrays = {"z1": x[0], "z2": x[1], "C": c}
    z = [torch.tensor(v) for v in x]
    scalars["cosine_pull"] = float(cosine_pull(*z))
    c_next = torch.tensor(c) * keep + (1 - keep) * z[1].T @ z[1] / B
    c_both = torch.tensor(c) * keep + (1 - keep) * (z[0].T @ z[0] + z[1].T @ z[1]) / (2 * B)
    arrays["C_next"], arrays["C_both"] = c_next.numpy(), c_both.numpy()
    for v, other in ((0, 1), (1, 0)):
        arrays[f"d_cosine_z{v + 1}"] = gradient(lambda t: cosine_pull(t, z[other]), z[v])
        scalars[f"negative_push_z{v + 1}"] = float(negative_push(z[v]))
        arrays[f"d_negative_z{v + 1}"] = gradient(negative_push, z[v])
        scalars[f"logdet_push_z{v + 1}"] = float(log_det_push(z[v], eps))
        arrays[f"d_logdet_z{v + 1}"] = gradient(lambda t: log_det_push(t, eps), z[v])
    for alpha, tag in ((0.5, "05"), (1, "1"), (2, "2")):
        w = predictor(c_next, alpha, predictor_eps)  # causal: z2 learns, z1 is the past
        scalars[f"predicted_pull_{tag}"] = float(direct_pred(z[1], z[0], w))
        arrays[f"d_directpred_{tag}"] = gradient(lambda t: direct_pred(t, z[0], w), z[1])
        arrays[f"d_isoloss_{tag}"] = gradient(lambda t: iso_loss(t, z[0], w), z[1])
        w = predictor(c_both, alpha, predictor_eps)  # both learn
        scalars[f"predicted_pull_both_{tag}"] = float(direct_pred(z[1], z[0], w) + direct_pred(z[0], z[1], w))
        for v, other in ((0, 1), (1, 0)):
            arrays[f"d_directpred_both_{tag}_z{v + 1}"] = gradient(lambda t: direct_pred(t, z[other], w), z[v])
            arrays[f"d_isoloss_both_{tag}_z{v + 1}"] = gradient(lambda t: iso_loss(t, z[other], w), z[v])
    arrays["sfa_mu"], arrays["sfa_w"] = slow_features(*x, ridge)
    if B < M:  # fewer samples than units: only so many directions vary
        arrays["sfa_w"], arrays["sfa_mu"] = arrays["sfa_w"][:2], arrays["sfa_mu"][:2]
    if large:  # of a large case the terms alone, once
        arrays = {k: a for k, a in arrays.items() if not k.startswith("sfa") and "both" not in k and "_z1" not in k}
        arrays = {k: a for k, a in arrays.items() if not k.endswith(("_1", "_2"))}
        scalars = {k: v for k, v in scalars.items() if "both" not in k}
    for key, a in arrays.items():
        np.save(os.path.join(path, key + ".npy"), np.ascontiguousarray(a, "<f8"))
    with open(os.path.join(path, "scalars.csv"), "w", encoding="ascii") as f:
        f.write("name,float64,float32\n")
        f.writelines(f"{key},{value!r},\n" for key, value in scalars.items())


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_terms_golden.py FOLDER")
    rng = np.random.default_rng(20261128)
    case(sys.argv[1], "B8_M3", rng, 8, 3, 1e-4, 0.75, 0)
    case(sys.argv[1], "B4_M7", rng, 4, 7, 0.0625, 0, 0)  # through the samples' matrix
    case(sys.argv[1], "B12_M12_offset", rng, 12, 12, 1e-4, 0.875, 20)
    case(sys.argv[1], "B5_M1", rng, 5, 1, 1e-4, 0.5, 1)
    case(sys.argv[1], "B72_M66", rng, 72, 66, 1e-3, 0.9375, 0.5, large=True)  # more than a block of the factor


if __name__ == "__main__":
    main()
