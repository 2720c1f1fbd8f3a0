# build_tarballs.jl - liblpl as a binary of Julia's package registry, by BinaryBuilder:
#
#     julia --project=. build_tarballs.jl --verbose x86_64-linux-gnu
#
# It belongs into Yggdrasil as L/liblpl/build_tarballs.jl; the package made of it, liblpl_jll, brings the library that
# LPL.jl finds otherwise by LPL_LIBRARY, the system's loader or the source tree. REVISION is the commit of the release.
using BinaryBuilder, Pkg

name = "liblpl"
version = v"0.1.1"
revision = get(ENV, "LPL_REVISION", "")
source = get(ENV, "LPL_SOURCE", "")
isempty(revision) && error("set LPL_REVISION to the commit of the release, and LPL_SOURCE to its repository")

sources = [GitSource(source, revision)]

# The library's own Makefile; BLIS inside, so that products of matrices are fast and nothing else is needed. On 32 bits
# and where BLIS has no binary the plain products are built.
script = raw"""
cd ${WORKSPACE}/srcdir/*/
blis=no
if [[ -f "${libdir}/libblis.${dlext}" ]]; then
    export BLIS_CFLAGS="-I${includedir}" BLIS_LIBS="-L${libdir} -lblis"
    blis=yes
fi
flags=(CC="${CC}" AR="${AR}" BLIS="${blis}" PKG_CONFIG=false prefix="${prefix}" libdir="${libdir}")
if [[ "${target}" == *-musl* ]]; then
    flags+=(OPENMP=no)
fi
make -j${nproc} all "${flags[@]}"
make install "${flags[@]}"
install_license COPYING
"""

# The shared library is made for ELF: Linux and FreeBSD.
platforms = filter(p -> (Sys.islinux(p) || Sys.isfreebsd(p)) && nbits(p) == 64, supported_platforms())

products = [LibraryProduct("liblpl", :liblpl)]

dependencies = [
    Dependency("blis_jll"; platforms = filter(p -> arch(p) in ("x86_64", "aarch64"), platforms)),
    Dependency("CompilerSupportLibraries_jll"), # libgomp
]

# AVX2 and AVX-512 kernels are chosen when the library runs, so one binary serves every CPU.
build_tarballs(ARGS, name, version, sources, script, platforms, products, dependencies;
               julia_compat = "1.10", preferred_gcc_version = v"11")
