# packaging/spack/packages/liblpl/package.py - Spack: `spack repo add packaging/spack`, then `spack install liblpl`.
from spack.package import *


class Liblpl(MakefilePackage):
    """Latent Predictive Learning (Halvagal & Zenke 2023): layers and spiking networks that learn locally, without
    labels, as a C library with a stable ABI."""

    homepage = "https://doi.org/10.1038/s41593-023-01460-y"
    url = "https://example.invalid/lpl-0.1.1.tar.gz"

    license("BSD-3-Clause")

    version("0.1.1", sha256="0000000000000000000000000000000000000000000000000000000000000000")

    variant("blis", default=True, description="Matrix products by BLIS; without it plain C, slow on large layers")
    variant("openmp", default=True, description="Several threads in a call")
    variant("demo", default=True, description="lpl-demo, the programs that draw the article's figures")

    depends_on("c", type="build")
    depends_on("gmake@4.2:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("blis threads=none", when="+blis")
    depends_on("zlib-api", when="+demo")
    depends_on("libpng", when="+demo")

    conflicts("platform=darwin", msg="the Makefile makes ELF shared libraries")
    conflicts("platform=windows", msg="the Makefile makes ELF shared libraries")

    @property
    def words(self):
        words = ["CC={0}".format(spack_cc), "prefix={0}".format(self.prefix)]
        words.append("OPENMP={0}".format("yes" if self.spec.satisfies("+openmp") else "no"))
        if self.spec.satisfies("+blis"):
            blis = self.spec["blis"]
            words.append("BLIS_CFLAGS=-I{0}".format(blis.prefix.include))
            words.append("BLIS_LIBS={0}".format(blis.libs.ld_flags))
        else:
            words.append("BLIS=no")
        words.append("DEMO={0}".format("shared" if self.spec.satisfies("+demo") else "no"))
        return words

    @property
    def build_targets(self):
        return ["all"] + (["lpl-demo"] if self.spec.satisfies("+demo") else []) + self.words

    @property
    def install_targets(self):
        return ["install"] + self.words

    def check(self):
        make("check-fast", *self.words)
