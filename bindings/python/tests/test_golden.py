# tests/test_golden.py - golden data (groups losses, dense, optim, metrics) through the Python package; docs/golden.md
# has the formats.
import csv
import unittest
import warnings

import numpy as np

import lpl
from support import golden_folders


def cases(group):
    """Every case of the group, the committed selection first; a case is taken once."""
    found = {}
    for folder in golden_folders():
        for path in sorted((folder / group).glob("*/scalars.csv")):
            found.setdefault(path.parent.name, path.parent)
    return sorted(found.items())


class Case:
    def __init__(self, folder):
        self.folder = folder
        with open(folder / "scalars.csv", newline="") as file:
            self.scalars = {row["name"]: row for row in csv.DictReader(file)}

    def word(self, name):
        return self.scalars[name]["float64"]

    def number(self, name, column="float64"):
        return float(self.scalars[name][column])

    def array(self, name):
        return np.load(self.folder / f"{name}.npy")

    def has(self, name):
        return (self.folder / f"{name}.npy").exists()

    def tolerance(self, name, dtype, rel64, floor=0.0):
        want = self.array(name).astype("f8")
        if dtype == "f8":
            return want, rel64 * np.abs(want).max() + floor * 2.0 ** -52
        if self.has(name + "_f32"):
            twin = self.array(name + "_f32")
            return twin, max(10 * np.abs(twin - want).max(), 1e-5 * np.abs(want).max()) + floor * 2.0 ** -23
        return want, 1e-4 * np.abs(want).max() + floor * 2.0 ** -23


class Golden(unittest.TestCase):
    def close(self, case, name, got, rel64=1e-9, floor=0.0):
        want, tolerance = case.tolerance(name, got.dtype.str[1:], rel64, floor)
        error = np.abs(got.astype("f8") - want).max()
        self.assertLessEqual(error, tolerance, f"{case.folder.name}/{name} {got.dtype}")

    def scalar(self, case, name, got, rel=1e-10, floor=1e-13):
        want = case.number(name)
        if np.isnan(want):
            self.assertEqual(got, 0.0)  # decorrelation of one unit: 0 / 0 in the reference, 0 here
        else:
            self.assertLessEqual(abs(got - want), rel * abs(want) + floor, f"{case.folder.name}/{name}")

    def test_losses(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", lpl.LplCollapseWarning)  # some cases are constant on purpose
            self.losses()

    def losses(self):
        self.assertGreater(len(cases("losses")), 10)
        for name, folder in cases("losses"):
            case = Case(folder)
            z1, z2 = case.array("z1").astype("f8"), case.array("z2").astype("f8")
            scale = np.abs(z2).max()
            rounding = 0.0  # of z - mean, seen through the largest gain: what is left where the exact gradient is 0
            for z in (z1, z2):
                b, m = z.shape
                gain = (2 / ((z.var(0, ddof=1) + 1e-4) * (b - 1) * m)).max()
                sd = z.std(0, ddof=1).max()
                rounding = max(rounding, 8 * np.abs(z).max()
                               * (gain + (40 / ((b - 1) * (m - 1)) * sd * sd if m > 1 else 0)))
            with self.subTest(case=name):
                for dtype in ("f8", "f4"):
                    a, b = z1.astype(dtype), z2.astype(dtype)
                    causal = lpl.rule_delta(b, a, form="reference", decorr=10)
                    self.close(case, "d_causal_z2", -causal.delta, floor=rounding)
                    for view, other, past in (("z1", a, b), ("z2", b, a)):
                        two = lpl.rule_delta(other, past, form="reference", push=0.5, decorr=5)
                        self.close(case, "d_total_" + view, -two.delta, floor=rounding)
                        self.close(case, "d_pull_" + view, -lpl.rule_delta(other, past, form="reference", push=0).delta)
                    if dtype == "f8":
                        self.close(case, "rule_delta", lpl.rule_delta(b, a, decorr=1).delta, floor=rounding)
                        self.scalar(case, "pull", causal.report.pull)
                        self.scalar(case, "push_view2", causal.report.push)
                        self.scalar(case, "decorr_view2", causal.report.decorr, floor=(8 * 2.0 ** -52 * scale) ** 2
                                    * max(scale, 1) ** 2)

    def test_dense(self):
        self.assertGreater(len(cases("dense")), 5)
        for name, folder in cases("dense"):
            case = Case(folder)
            with self.subTest(case=name):
                for dtype in ("f8", "f4"):
                    x1, x2, w, b = (case.array(n).astype(dtype) for n in ("x1", "x2", "W", "b"))
                    fields = dict(dtype=dtype, act=case.word("activation"), form="reference", decorr=10,
                                  batch_max=len(x1))
                    layers = [lpl.Layer(w.shape[1], w.shape[0], pair=pair, **fields)
                              for pair in ("symmetric", "causal")]
                    for layer in layers:
                        layer.w, layer.bias = w, b
                    self.close(case, "z1", layers[0](x1), 1e-10)
                    self.close(case, "z2", layers[0](x2), 1e-10)
                    floor = 8 * len(x1) * np.abs(case.array("dz1_total")).max()
                    dw, db, report = layers[0].gradient(x1, x2)
                    self.close(case, "dW_total", dw)
                    self.close(case, "db_total", db, floor=floor)
                    if dtype == "f8":
                        for loss in ("pull", "push", "decorr"):
                            self.scalar(case, loss, getattr(report, loss))
                        self.scalar(case, "total", report.total)
                    dw, db, _ = layers[1].gradient(x1, x2)
                    self.close(case, "dW_causal", dw)
                    self.close(case, "db_causal", db, floor=2 * floor)

    def test_optim(self):
        self.assertGreater(len(cases("optim")), 3)
        for name, folder in cases("optim"):
            case = Case(folder)
            fields = {"eta": case.number("lr"), "weight_decay": case.number("weight_decay"), "optim": "sgd"}
            if name.startswith("adam"):
                fields["optim"] = "adam"
            elif case.number("momentum") > 0:
                fields.update(optim="momentum", momentum=case.number("momentum"))
            w, g, p = case.array("p0").astype("f8"), case.array("g").astype("f8"), case.array("p")
            m, v = np.zeros_like(w), np.zeros_like(w)
            with self.subTest(case=name):
                for t in range(len(g)):
                    lpl.optim_step(w, g[t], t + 1, m=None if fields["optim"] == "sgd" else m,
                                   v=v if fields["optim"] == "adam" else None, **fields)
                    np.testing.assert_allclose(w, p[t], rtol=1e-8)

    def test_metrics(self):
        names = {"cosine_cross_class_mean": "cosine_cross_class", "cosine_within_class_mean": "cosine_within_class",
                 "manifold_global_radius": "global_radius", "manifold_class_correlation": "manifold_correlation",
                 "manifold_mean_class_dim": "manifold_dim", "manifold_mean_class_radius_over_global": "manifold_radius",
                 "uniform_loss_t2": "uniformity", "kl_divergence_to_standard_gaussian": "kl_gaussian",
                 "mean_abs_logvar": "abs_logvar",
                 "radial_push": "radial_push", "cosine_push_loss": "cosine_push", "cosine_pull_loss": "cosine_pull",
                 "cosine_push_loss_labels": "cosine_push_labels", "cosine_pull_loss_labels": "cosine_pull_labels",
                 "cosine_push_to_centroid_loss": "push_to_centroid", "sparse_filtering_loss": "sparse_filtering",
                 "participation_ratio": "participation_ratio"}
        self.assertGreater(len(cases("metrics")), 1)
        for name, folder in cases("metrics"):
            case = Case(folder)
            x, x2, y = case.array("X").astype("f8"), case.array("X2").astype("f8"), case.array("y").astype("i4")
            with self.subTest(case=name):
                known = [n for n in names if n in case.scalars]
                self.assertGreater(len(known), 15)
                for scalar in known:
                    self.scalar(case, scalar, lpl.metrics.metric(names[scalar], x, y, x2))
                for array in ("class_radii", "centroid_spreads", "class_dims"):
                    self.close(case, array, lpl.metrics.metric_classes(array, x, y), 1e-10)


if __name__ == "__main__":
    unittest.main()
