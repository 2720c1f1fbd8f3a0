# tests/test_stats.py - trackers against NumPy moments.
import unittest

import numpy as np

import lpl
from support import rng


class Moments(unittest.TestCase):
    def test_batch_and_all(self):
        z = rng(1).normal(3, 2, (30, 4))
        batch, every = (lpl.Stats(4, mode=mode, dtype="f8", covariance=True, batch_max=30) for mode in ("batch", "all"))
        batch.update(z)
        for part in np.array_split(z, 4):
            every.update(part)
        for s in (batch, every):
            np.testing.assert_allclose(s.mean, z.mean(0), rtol=1e-12)
            np.testing.assert_allclose(s.sigma2, z.var(0, ddof=1), rtol=1e-12)
            np.testing.assert_allclose(s.read("sigma2_population"), z.var(0), rtol=1e-12)
            np.testing.assert_allclose(s.covariance, np.cov(z, rowvar=False), rtol=1e-10, atol=1e-12)
            self.assertEqual(s.count, 30)

    def test_ewma(self):
        s = lpl.Stats(3, mode="ewma", tau_mean=10, tau_sigma2=40, mean_init=1, sigma2_init=2, covariance=True,
                      batch_max=8)
        mean, cov = np.ones(3), 2 * np.eye(3)
        for t in range(5):
            z = rng(t).normal(size=(t + 1, 3)).astype("f4").astype("f8")
            s.update(z.astype("f4"))
            mean = mean + (z.mean(0) - mean) * (1 - np.exp(-(t + 1) / 10))
            cov = cov + ((z - mean).T @ (z - mean) / (t + 1) - cov) * (1 - np.exp(-(t + 1) / 40))
        np.testing.assert_allclose(s.mean, mean, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(s.covariance, cov, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(s.sigma2, np.diag(cov), rtol=1e-5)

    def test_offset_costs_nothing(self):
        z = (1e6 + 1e-3 * rng(2).normal(size=(500, 2)))
        s = lpl.Stats(2, dtype="f8", batch_max=500)
        s.update(z)
        np.testing.assert_allclose(s.sigma2, z.var(0, ddof=1), rtol=1e-6)

    def test_merge(self):
        z = rng(3).normal(size=(20, 3))
        parts = [lpl.Stats(3, dtype="f8", covariance=True, batch_max=20, mode="all") for _ in range(2)]
        parts[0].update(z[:7])
        parts[1].update(z[7:])
        parts[0].merge(parts[1])
        np.testing.assert_allclose(parts[0].covariance, np.cov(z, rowvar=False), rtol=1e-11, atol=1e-13)
        self.assertEqual(parts[0].count, 20)

    def test_reset_views_and_errors(self):
        s = lpl.Stats(3, mode="all", batch_max=9)
        big = rng(4).normal(size=(9, 7)).astype("f4")
        s.update(big[:, 2:5])
        np.testing.assert_allclose(s.mean, big[:, 2:5].mean(0), rtol=1e-5, atol=1e-6)
        s.reset()
        self.assertEqual(s.count, 0)
        s.update(big[0, :3])
        self.assertEqual(s.count, 1)
        with self.assertRaises(lpl.LplOrderError):
            s.sigma2  # one row has no unbiased variance
        with self.assertRaisesRegex(TypeError, r"^z is float64, tracker is float32; pass z.astype\('f4'\)$"):
            s.update(big.astype("f8")[:, :3])
        with self.assertRaisesRegex(lpl.LplNonFiniteError, "LPL_E_NONFINITE"):
            s.update(np.full((2, 3), np.inf, "f4"))
        self.assertEqual(s.count, 1)
        s.close()
        s.close()
        with self.assertRaisesRegex(lpl.LplError, "closed"):
            s.update(big[:, :3])


if __name__ == "__main__":
    unittest.main()
