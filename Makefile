# liblpl: one plain GNU Makefile, no configure step. `make help` lists the targets, docs/building.md explains them.
#
# CPPFLAGS CFLAGS LDFLAGS LDLIBS belong to the user and come last; what the library needs lives in other variables.
# O=folder for objects (build). V=1 shows commands. BLIS=no: the plain C products only. OPENMP=no: one thread only.
# FFMPEG=no: examples read no videos (and no JPEG). MPI=no: no programs for several machines (MPICC, MPIRUN: which).
# CROSS_COMPILE=aarch64-linux-gnu- prefixes the tools. BLIS_CFLAGS BLIS_LIBS CHECK_CFLAGS CHECK_LIBS skip the search for
# them. CONV=no F64=no MALLOC=no RULES=no STDIO=no leave parts out, TEXT=no the sentences of errors, SHARED=no the
# shared library (docs/embedded.md); a bare-metal compiler has SHARED=no STDIO=no.

all:

# ---- dependencies: reported, and installed only by these targets

DEPS := gcc g++ make pkg-config libblis-dev check zlib1g-dev libpng-dev libavformat-dev libavcodec-dev libswscale-dev \
        gnuplot-nox python3-numpy python3-pycparser
DEPS_BENCH := python3-torch libopenblas0-pthread libopenblas0-openmp python3-venv
DEPS_GATES := clang-format clang-tidy cppcheck shellcheck abigail-tools cmake
DEPS_SITE := python3-sphinx python3-myst-parser furo libjs-katex katex
DEPS_DEB := debhelper dh-python dpkg-dev lintian debootstrap chrpath ruby python3-venv python3-matplotlib
DEPS_WASM := emscripten nodejs chromium
DEPS_DEV := $(DEPS_GATES) clang valgrind qemu-user \
            gcc-arm-linux-gnueabihf libc6-dev-armhf-cross gcc-i686-linux-gnu libc6-dev-i386-cross gcc-s390x-linux-gnu \
            libc6-dev-s390x-cross gcc-aarch64-linux-gnu libc6-dev-arm64-cross musl-tools doxygen libclang-rt-14-dev \
            python3-cffi openmpi-bin libopenmpi-dev mpich libmpich-dev \
            gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm $(DEPS_SITE) $(DEPS_WASM) $(DEPS_DEB)
deps: ## report what build, demo and check need; install what is missing (as root or through sudo), or print the command
	@tests/tools/deps.sh $(DEPS)
deps-bench: ## the peers of `make bench`: Debian's PyTorch, and PyPI's in build/venv
	@tests/tools/deps.sh $(DEPS_BENCH)
	@test -d build/venv || /usr/bin/python3 -m venv build/venv
	@build/venv/bin/python -c 'import torch; print("build/venv: torch", torch.__version__)' 2> build/venv/log || \
	 build/venv/bin/python -m pip install --quiet torch \
	 || echo "PyPI's torch could not be installed; make bench compares with Debian's alone"
deps-dev: ## clang, linters, valgrind, libabigail, cross compilers, musl, CMake: what the gates and check-cross need
	@tests/tools/deps.sh $(DEPS_DEV)
deps-site: ## of these what `make site` needs
	@tests/tools/deps.sh $(DEPS_SITE)
deps-gates: ## of these what the gates of .ci/run need
	@tests/tools/deps.sh $(DEPS_GATES)
.PHONY: all deps deps-bench deps-dev deps-gates deps-site

# `make deps check`: what deps installs must be there before anything else is looked for, so the rest is a make of its
# own.
DEPS_GOALS := $(filter deps deps-bench deps-dev deps-gates deps-site,$(MAKECMDGOALS))
REST_GOALS := $(filter-out $(DEPS_GOALS),$(MAKECMDGOALS))
ifneq ($(and $(DEPS_GOALS),$(REST_GOALS)),)
$(REST_GOALS): after-deps
	@:
after-deps: $(DEPS_GOALS)
	@$(MAKE) --no-print-directory $(REST_GOALS)
.PHONY: after-deps $(REST_GOALS)
else
all: ## both libraries in lib/ (O/lib for another O=), and lpl.pc for use without installing

.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
Q := $(if $(V),,@)
say = @$(if $(V),:,echo "  $(1) $@")

# ---- tools and folders

# O comes from the command line only: the environment's belongs to somebody else (Linux kernel, Buildroot).
ifneq ($(filter environment%,$(origin O)),)
override O := build
endif
O ?= build
# Where a build would mix with something else, or clean would remove it, nothing is made or removed at all: go on only
# after a plain "yes".
quoted = '$(subst ','\'',$(1))'
ifeq ($(wildcard src/lpl.map tests/tools/build_folder.sh),)
$(error this is not the folder of the source ($(CURDIR)): use `make -C FOLDER`, not -f)
endif
MAY_BUILD := $(shell sh tests/tools/build_folder.sh $(call quoted,$(O)))
ifneq ($(MAY_BUILD),yes)
$(error $(or $(MAY_BUILD),tests/tools/build_folder.sh does not run))
endif
# install, install-strip and installcheck alone install what was built: with the variables that it was built with,
# whatever the environment says now. (Beside another goal, as in `make all install`, that one builds.)
INSTALLS := install install-strip installcheck uninstall
INSTALLING := $(if $(filter-out $(INSTALLS),$(MAKECMDGOALS)),,$(filter-out uninstall,$(MAKECMDGOALS)))
ifneq ($(INSTALLING),)
-include $(O)/built.mk
endif
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)ar
endif
CXX := $(if $(filter default,$(origin CXX)),$(CROSS_COMPILE)g++,$(CXX))
NM ?= $(CROSS_COMPILE)nm
OBJDUMP ?= $(CROSS_COMPILE)objdump
STRIP ?= $(CROSS_COMPILE)strip
PKG_CONFIG ?= pkg-config
INSTALL ?= install
INSTALL_PROGRAM ?= $(INSTALL) -m 755
INSTALL_DATA ?= $(INSTALL) -m 644
PYTHON ?= /usr/bin/python3
prefix ?= /usr/local
exec_prefix ?= $(prefix)
bindir ?= $(exec_prefix)/bin
libdir ?= $(exec_prefix)/lib
includedir ?= $(prefix)/include
datarootdir ?= $(prefix)/share
docdir ?= $(datarootdir)/doc/lpl
pkgconfigdir ?= $(libdir)/pkgconfig
cmakedir ?= $(libdir)/cmake/lpl
mandir ?= $(datarootdir)/man
JOBS ?= 2
# clean removes in it, so nobody else names it (other programs keep their own LIB in the environment).
override LIB := $(if $(filter build,$(O)),lib,$(O)/lib)

# The version is written in the header only. Before 1.0 a minor release may break the ABI, so it is in the SONAME.
VERSION_PARTS := $(shell sed -n 's/^.define LPL_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\)/\2/p' include/lpl/version.h)
MAJOR := $(word 1,$(VERSION_PARTS))
override VERSION := $(MAJOR).$(word 2,$(VERSION_PARTS)).$(word 3,$(VERSION_PARTS))
SOVERSION := $(if $(filter 0,$(MAJOR)),0.$(word 2,$(VERSION_PARTS)),$(MAJOR))

# ---- what is left out: CONV, F64, MALLOC, RULES, STDIO, TEXT = no (docs/embedded.md), each by its sources and a
# macro for what names them

TARGET := $(shell $(CC) -dumpmachine)
# A compiler for no operating system: one thread, no shared library, no files. (aarch64-none-linux-gnu is none such.)
BARE := $(if $(findstring -none-eabi,$(TARGET))$(filter %-elf,$(TARGET)),1)
STDIO ?= $(if $(BARE),no)
OPTIONS_OFF := $(strip $(foreach o,CONV F64 MALLOC STDIO,$(if $(filter no,$($o)),$o)))
SHARED ?= $(if $(BARE)$(OPTIONS_OFF),no)
ifneq ($(and $(OPTIONS_OFF),$(filter-out no,$(SHARED))),)
$(error SHARED=$(SHARED): without $(OPTIONS_OFF) the library has not all functions of its interface, so it is static \
  only)
endif
# A convolution's rule, and what compares in double, use these in double whatever the dtype of objects.
F64_SHARED := src/core/% src/linalg/% src/stats/moments_% src/rule/rule_real.c src/rule/forms_real.c \
              src/rule/rule_kernel.c src/activation/activation_kernel.c src/layer/signal_real.c src/layer/kind_real.c \
              src/reduce/rows_real.c src/reduce/rule_real.c
# Whatever exists only in memory from malloc.
HEAP_ONLY := %/heap.c src/part/cut.c src/part/recut.c src/connect/% \
  src/lif/% src/metrics/% src/network/% src/projection/% src/record/% \
  src/reduce/% src/source/% src/spiking/% src/stack/% \
             src/stats/stats_real.c src/stats/stats_state.c src/file/%
LEFT_OUT := $(if $(filter no,$(CONV)),src/conv/% src/layer/kind_conv%) $(if $(filter no,$(MALLOC)),$(HEAP_ONLY)) \
  $(if $(filter no,$(STDIO)),src/file/% src/part/recut.c) \
            $(if $(and $(filter no,$(TEXT)),$(filter no,$(STDIO))),src/core/text.c)

# ---- flags

CFLAGS ?= -O2 -g
# The CPU that is compiled for, in the compiler's own words: they know -m32 and --target, which -dumpmachine does not.
ARCH := $(shell $(CC) $(CPPFLAGS) $(CFLAGS) -dM -E -x c /dev/null \
  | sed -n 's/^.define __\(x86_64\|i386\|s390\)__ .*/\1/p')
X86 := $(filter x86_64 i386,$(ARCH))
# float and double are computed as such (FLT_EVAL_METHOD 0, core/real.h): x87 and s390x's habit of widening give other
# bits.
ARCH_i386 := -msse2 -mfpmath=sse
ARCH_s390 := -fexcess-precision=fast
OPENMP_FLAG := $(if $(filter no,$(OPENMP)),,-fopenmp)
# Bare metal: one error text, small buffers on the stack and in layers, a section for each function so that the linker
# keeps what a program uses.
BARE_DEFINES := $(if $(BARE),-DLPL_NO_TLS -DLPLI_STATE_CHUNK=256 -DLPLI_PIECE=32 -DLPLI_UPDATE_ROWS=4 \
  -DLPLI_UPDATE_COLS=64)
BARE_FLAGS := $(if $(BARE),-ffunction-sections -fdata-sections)
DEFINES := -D_FILE_OFFSET_BITS=64 $(if $(X86),-DLPLI_HAVE_X86_KERNELS) $(if $(filter no,$(BLIS)),-DLPLI_NO_BLIS) \
           $(OPTIONS_OFF:%=-DLPLI_NO_%) $(foreach o,RULES TEXT,$(if $(filter no,$($o)),-DLPLI_NO_$o)) $(BARE_DEFINES)
# No contraction of a * b + c: element-wise code gives the same bits on every instruction set. Stands behind the user's
# CFLAGS.
NUMERIC := -ffp-contract=off $(ARCH_$(ARCH))
BASE := -std=c11 $(if $(BARE),,-fPIC) -fvisibility=hidden -ffile-prefix-map=$(CURDIR)=. -Wall -Wextra -Iinclude -Isrc \
  -DLPL_BUILDING \
        $(DEFINES) $(OPENMP_FLAG) $(BARE_FLAGS)
# Flags that change values are refused: core/real.h sees most of them, but not all of clang's, nor what a link with them
# does to the whole process (crtfastmath.o switches denormal numbers off).
VALUE_CHANGING := $(filter -Ofast -ffast-math -funsafe-math-optimizations -ffinite-math-only -fassociative-math \
  -freciprocal-math \
  -fno-signed-zeros -fcx-limited-range -fcx-fortran-rules -mdaz-ftz -fsingle-precision-constant -fapprox-func \
  -fno-honor-nans \
  -fno-honor-infinities -ffp-model=fast -ffp-model=aggressive \
  $(filter-out %=ieee,$(filter -fdenormal-fp-math%,$(CFLAGS))),\
  $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS))
ifneq ($(VALUE_CHANGING),)
$(error $(VALUE_CHANGING): liblpl promises its values, so it is not built with flags that change them \
  (-O3 -march=native is fine))
endif
# Kernels are vectorised by the compiler; these three change no result, -fno-trapping-math only which exceptions are
# flagged.
KERNEL := -fno-trapping-math -fno-math-errno
KERNEL_O3 := $(if $(BARE)$(filter -O0 -O1 -Og -Os,$(CFLAGS)),,-O3)
ISA_avx2 := -mavx2
ISA_avx512 := -mavx512f -mavx512dq
UKR := -mfma -ffp-contract=fast
TEST_FLAGS := -std=gnu11 -Wall $(DEFINES) $(OPENMP_FLAG) -Iinclude -Isrc
EXAMPLE_FLAGS := -std=c11 -ffile-prefix-map=$(CURDIR)=. -Wall -Wextra -D_FILE_OFFSET_BITS=64 $(NUMERIC) \
  $(OPENMP_FLAG) -Iinclude

# BLIS=static: inside the library, so that it needs no other (wheels).
ifeq ($(BLIS),static)
BLIS_LIBS ?= -l:libblis.a $(OPENMP_FLAG) -lpthread
endif
# Response files, written by the probe when first needed: gcc @file.
BLIS_PROBE := $(if $(filter no,$(BLIS)),,$(O)/blis.libs)
BLIS_COMPILE := $(if $(BLIS_PROBE),@$(O)/blis.cflags)
BLIS_LINK := $(if $(BLIS_PROBE),@$(O)/blis.libs)
LINK_LIBS = $(BLIS_LINK) $(LDLIBS) -lm
# Asked when a recipe runs, not before.
CHECK_CFLAGS ?= $(shell $(PKG_CONFIG) --cflags check)
CHECK_LIBS ?= $(shell $(PKG_CONFIG) --libs check)

# ---- objects: plain .c; *_real.c for float and double; *_kernel.c and *_ukr.c for each of them and each instruction
# set

SRC := $(filter-out $(LEFT_OUT),$(sort $(wildcard src/*/*.c)))
KER_SRC := $(filter %_kernel.c,$(SRC))
UKR_SRC := $(if $(X86),$(filter %_ukr.c,$(SRC)))
REAL_SRC := $(filter %_real.c,$(SRC))
PLAIN_SRC := $(filter-out %_kernel.c %_ukr.c %_real.c,$(SRC))
ISAS := ref $(if $(X86),avx2 avx512)
TYPES := f32 f64
# typed_src(type, sources): those that are compiled for a type
typed_src = $(if $(and $(filter no,$(F64)),$(filter f64,$(1))),$(filter $(F64_SHARED),$(2)),$(2))
OBJ := $(PLAIN_SRC:%.c=$(O)/%.o) \
       $(foreach t,$(TYPES),$(patsubst %.c,$(O)/%.$t.o,$(call typed_src,$t,$(REAL_SRC))) \
         $(foreach i,$(ISAS),$(patsubst %.c,$(O)/%.$t.$i.o,$(call typed_src,$t,$(KER_SRC)))) \
         $(foreach i,avx2 avx512,$(patsubst %.c,$(O)/%.$t.$i.o,$(call typed_src,$t,$(UKR_SRC)))))
GENERIC_OBJ := $(filter-out %.avx2.o %.avx512.o,$(OBJ))
$(OBJ): $(O)/flags

COMPILE = $(Q)mkdir -p $(@D); $(CC) $(BASE) -MMD -MP
COMPILE_END = $(CPPFLAGS) $(CFLAGS) $(NUMERIC) -c $< -o $@
$(O)/%.o: %.c
	$(call say,CC)
	$(COMPILE) $(COMPILE_END)
$(O)/src/linalg/blas.o: src/linalg/blas.c $(BLIS_PROBE)
	$(call say,CC)
	$(COMPILE) $(BLIS_COMPILE) $(COMPILE_END)
define typed
$(O)/%.$(1).o: %.c
	$$(call say,CC)
	$$(COMPILE) $(2) $$(COMPILE_END)
$(foreach i,$(ISAS),
$(O)/%_kernel.$(1).$(i).o: %_kernel.c
	$$(call say,CC)
	$$(COMPILE) $(2) -DLPLI_ISA_NAME=$(i) $$(KERNEL) $$(ISA_$(i)) $$(COMPILE_END) $$(KERNEL_O3)
$(O)/%_ukr.$(1).$(i).o: %_ukr.c
	$$(call say,CC)
	$$(COMPILE) $(2) -DLPLI_ISA_NAME=$(i) $$(KERNEL) $$(ISA_$(i)) $$(COMPILE_END) $$(UKR) $$(KERNEL_O3)
)
endef
$(eval $(call typed,f32,))
$(eval $(call typed,f64,-DLPLI_F64))
-include $(OBJ:.o=.d)

ALL_FLAGS = $(CC) $(BASE) $(NUMERIC) $(KERNEL) $(KERNEL_O3) $(UKR) $(BLIS_CFLAGS) $(BLIS_LIBS) $(CPPFLAGS) $(CFLAGS) \
  $(LDFLAGS) $(LDLIBS)
# Rewritten only if the compiler or a flag changed: then everything is compiled again, otherwise nothing. built.mk: for
# install.
FLAG_VARIABLES := CC AR CROSS_COMPILE CPPFLAGS CFLAGS LDFLAGS LDLIBS BLIS OPENMP BLIS_CFLAGS BLIS_LIBS CONV F64 MALLOC \
  RULES STDIO TEXT SHARED DEMO
hash := \#
comma := ,
dollar := $$
escaped = $(subst $(hash),\$(hash),$(subst $(dollar),$(dollar)$(dollar),$(1)))
$(O)/flags: FORCE
	@mkdir -p $(@D); echo $(call quoted,$(ALL_FLAGS)) > $@.new; if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; fi
	@printf '%s\n' $(foreach v,$(FLAG_VARIABLES),$(call quoted,$v := $(call escaped,$(value $v)))) > $(O)/built.mk
ifneq ($(INSTALLING),)
ifneq ($(wildcard $(O)/built.mk),)
ifneq ($(strip $(shell cat $(O)/flags)),$(strip $(ALL_FLAGS)))
$(error $(O) was built with other flags than now: install would compile all again and install what nobody tested. Run \
  `make` with these flags first, or leave them out)
endif
endif
endif
$(O)/blis.libs: tests/tools/probe_blis.sh $(O)/flags
	$(call say,PROBE)
	$(Q)tests/tools/probe_blis.sh "$(CC)" "$(PKG_CONFIG)" "$(BLIS_CFLAGS)" "$(BLIS_LIBS)" $(O)/blis

# ---- libraries

# Every symbol is found at link time; but clang leaves those of a sanitizer to the program.
NO_UNDEFINED := $(if $(findstring -fsanitize=,$(CC) $(CFLAGS) $(LDFLAGS)),,-Wl,-z,defs)
SHARED_LIB := $(if $(filter no,$(SHARED)),,$(LIB)/liblpl.so)
all: $(LIB)/liblpl.a $(SHARED_LIB) $(LIB)/pkgconfig/lpl.pc $(LIB)/pkgconfig/lpl-mpi.pc man
$(LIB)/liblpl.a: $(OBJ)
	$(call say,AR)
	$(Q)mkdir -p $(@D); rm -f $@; $(AR) rcsD $@ $(OBJ)
$(LIB)/liblpl.so.$(VERSION): $(OBJ) src/lpl.map
	$(call say,LD)
	$(Q)mkdir -p $(@D); $(CC) -shared -Wl,-soname,liblpl.so.$(SOVERSION) -Wl,--version-script=src/lpl.map \
	  -Wl,--no-undefined-version \
	  $(NO_UNDEFINED) -Wl,--as-needed $(OPENMP_FLAG) $(CFLAGS) $(LDFLAGS) $(OBJ) $(LINK_LIBS) -o $@
$(LIB)/liblpl.so: $(LIB)/liblpl.so.$(VERSION)
	$(Q)ln -sf liblpl.so.$(VERSION) $(LIB)/liblpl.so.$(SOVERSION); ln -sf liblpl.so.$(SOVERSION) $@

# write_pc(prefix, exec_prefix, libdir, includedir): BLIS is in no public header, so its package or its flags are
# private.
write_pc = sed -e \
  '/^\#/d; s|@prefix@|$(1)|; s|@exec_prefix@|$(2)|; s|@libdir@|$(3)|; s|@includedir@|$(4)|; s|@version@|$(VERSION)|' \
  -e "s|@requires@|`cat $(if $(BLIS_PROBE),$(O)/blis.requires) /dev/null`|" \
  -e "s|@libs_private@|`grep -qs . $(O)/blis.requires || cat $(BLIS_PROBE) /dev/null` $(strip \
  $(LDLIBS) -lm $(OPENMP_FLAG))|" lpl.pc.in
$(LIB)/pkgconfig/lpl.pc: lpl.pc.in $(O)/flags $(BLIS_PROBE)
	$(call say,GEN)
	$(Q)mkdir -p $(@D); $(call write_pc,$(CURDIR),$${prefix},$(abspath $(LIB)),$${prefix}/include) > $@
# lpl-mpi.pc: lpl and the folder of lpl/mpi.h; MPI's own flags come from mpicc.
$(LIB)/pkgconfig/lpl-mpi.pc: lpl-mpi.pc.in $(O)/flags
	$(call say,GEN)
	$(Q)mkdir -p $(@D); $(write_mpi_pc) > $@
write_mpi_pc = sed -e '/^\#/d; s|@version@|$(VERSION)|' lpl-mpi.pc.in

# What a program linked with the static library needs, one line (CMakeLists.txt asks for it).
static_libs = $$(cat $(BLIS_PROBE) /dev/null) $(strip $(LDLIBS) -lm $(OPENMP_FLAG))
link-line: $(O)/flags $(BLIS_PROBE)
	@echo link line: $(static_libs)

# Manual pages, from the headers' comments; none (an empty list) where Python is missing or older than 3.9,
# nor in a Python source distribution. LPL_DEMO=program: lpl-demo(1) too, from what it says.
MAN := $(if $(and $(wildcard $(PYTHON)),$(wildcard docs/site/man.py)),$(O)/man/list)
man: $(MAN) ## manual pages: build/man
$(O)/man/list: docs/site/man.py docs/site/comment.py docs/site/snippets.py bindings/api.json README.md CHANGELOG.md \
  $(LPL_DEMO) | $(O)/flags
	$(call say,GEN)
	$(Q)if $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))'; \
	  then $(PYTHON) docs/site/man.py $(O)/man $(if $(LPL_DEMO),--lpl-demo $(LPL_DEMO)); \
	  else mkdir -p $(O)/man && : > $@; fi

# ---- worlds: what the programs of the figures share, one archive for them, their tests, the golden runner, benches and
# Python

WORLDS := $(O)/examples/libworlds.a
WORLDS_OBJ := $(patsubst %.c,$(O)/%.o,$(sort $(wildcard examples/worlds/*.c)))
# zlib, libpng and FFmpeg's libraries where they are there (-DHAVE_ZLIB, -DHAVE_PNG, -DHAVE_FFMPEG; FFMPEG=no: not).
# Response files, as BLIS has.
WORLDS_COMPILE := @$(O)/examples/worlds.cflags
WORLDS_LINK := @$(O)/examples/worlds.libs
# optional(cflags or libs)
optional = $(foreach p,zlib:ZLIB libpng:PNG,$(shell $(PKG_CONFIG) --exists $(word 1,$(subst :, ,$p)) && \
           echo -DHAVE_$(word 2,$(subst :, ,$p)) && $(PKG_CONFIG) --$(1) $(word 1,$(subst :, ,$p)))) \
           $(if $(filter no,$(FFMPEG)),,$(shell $(PKG_CONFIG) --exists $(FFMPEG_PARTS) && \
           echo -DHAVE_FFMPEG $(AS_NEEDED_$(1)) && $(PKG_CONFIG) --$(1) $(FFMPEG_PARTS)))
FFMPEG_PARTS := libavformat libavcodec libswscale libavutil
# Programs without videos do not load a hundred libraries.
AS_NEEDED_libs := -Wl,--as-needed
$(O)/examples/worlds.cflags: FORCE
	@mkdir -p $(@D); echo '$(call optional,libs)' > $(@:.cflags=.libs); echo '$(call optional,cflags)' > $@.new
	@if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; fi
# How figures look (examples/worlds/templates), as strings for figure_script.c and figure_draw.c: figure_template_gp,
# figure_template_py, each a list of lines that NULL ends.
FIGURE_TEMPLATES := $(O)/examples/worlds/templates
$(FIGURE_TEMPLATES).c: examples/worlds/templates/figure.gp examples/worlds/templates/figure.py
	@mkdir -p $(@D); for t in gp py; do echo "const char *const figure_template_$$t[] = {"; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n",/' examples/worlds/templates/figure.$$t; echo '0};'; done > $@
$(FIGURE_TEMPLATES).o: $(FIGURE_TEMPLATES).c $(O)/flags
	$(Q)$(CC) $(EXAMPLE_FLAGS) -fPIC -fvisibility=hidden $(CPPFLAGS) $(CFLAGS) $(NUMERIC) -c $< -o $@
# Position independent, for Python's shared library.
$(WORLDS_OBJ): $(O)/examples/worlds/%.o: examples/worlds/%.c $(O)/flags $(O)/examples/worlds.cflags
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) -fPIC -fvisibility=hidden -MMD -MP $(WORLDS_COMPILE) $(CPPFLAGS) \
	  $(CFLAGS) $(NUMERIC) $(KERNEL) $(KERNEL_O3) -c $< -o $@
$(WORLDS): $(WORLDS_OBJ) $(FIGURE_TEMPLATES).o
	$(call say,AR)
	$(Q)rm -f $@; $(AR) rcsD $@ $(WORLDS_OBJ) $(FIGURE_TEMPLATES).o
-include $(WORLDS_OBJ:.o=.d)

# What lpl.worlds and lpl.probe of the Python package borrow of them; not installed with the library.
worlds: $(LIB)/liblplworlds.so ## image sequences and readouts of the examples for the Python package (docs/python.md)
$(LIB)/liblplworlds.so: bindings/python/worlds.c $(WORLDS) $(LIB)/liblpl.so
	$(call say,CC)
	$(Q)$(CC) $(EXAMPLE_FLAGS) -Iexamples -fPIC -fvisibility=hidden -shared $(NO_UNDEFINED) -Wl,-rpath,'$$ORIGIN' \
	  $(CPPFLAGS) $(CFLAGS) $(NUMERIC) \
	  $< $(WORLDS) $(LDFLAGS) -o $@ $(LIB)/liblpl.so -lm

# ---- tests

TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(sort $(wildcard tests/test_*.c)))
# Those of the worlds and of the golden runner.
WORLDS_TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(shell grep -lE '"(worlds|golden_runner)/' tests/test_*.c))
$(WORLDS_TESTS): $(WORLDS)
# They want the sentences of a build without zlib.
$(O)/tests/test_golden_spiking $(O)/tests/test_idx: $(O)/tests/gz_without_zlib.o
$(O)/tests/gz_without_zlib.o: examples/worlds/gz.c examples/worlds/gz.h $(O)/flags
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) $(CPPFLAGS) $(CFLAGS) $(NUMERIC) -c $< -o $@
$(O)/tests/test_%: tests/test_%.c $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(TEST_FLAGS) -MMD -MP -Itests \
	  $(if $(filter $(WORLDS),$^),-Iexamples $(WORLDS_COMPILE)) $(CHECK_CFLAGS) $(CPPFLAGS) \
	  $(CFLAGS) $(NUMERIC) $< $(TEST_EXTRA) $(filter %.o,$^) $(filter $(WORLDS),$^) $(LIB)/liblpl.a $(LDFLAGS) -o \
	  $@ $(CHECK_LIBS) \
	  $(if $(filter $(WORLDS),$^),$(WORLDS_LINK)) $(LINK_LIBS)
$(O)/golden: $(sort $(wildcard tests/golden_runner/*.c)) $(WORLDS) $(LIB)/liblpl.a \
  $(wildcard tests/golden_runner/*.h examples/worlds/*.h)
	$(call say,CC)
	$(Q)$(CC) $(TEST_FLAGS) -Iexamples $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $(filter %.c %.a,$^) $(LDFLAGS) -o $@ \
	  $(WORLDS_LINK) $(LINK_LIBS)
-include $(wildcard $(O)/tests/*.d)

# ---- examples: NAME.out is what NAME.c prints with the arguments in NAME.args (examples/compare.awk)

# Small ones: lpl.h, nothing else.
EXAMPLES := $(patsubst %.c,$(O)/%,$(sort $(wildcard examples/*.c)))
$(EXAMPLES): $(O)/%: %.c $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) -MMD -MP $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $< $(LIB)/liblpl.a \
	  $(LDFLAGS) -o $@ $(LINK_LIBS)
# Figures of the paper. Those called cluster_* run over MPI (below).
PAPER_SRC := $(filter-out examples/paper/cluster_%,$(sort $(wildcard examples/paper/*.c)))
PAPER := $(PAPER_SRC:%.c=$(O)/%)
$(PAPER): $(O)/%: %.c $(WORLDS) $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) -Iexamples -MMD -MP $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $< $(WORLDS) \
	  $(LIB)/liblpl.a $(LDFLAGS) -o $@ \
	  $(WORLDS_LINK) $(LINK_LIBS)
-include $(wildcard $(O)/examples/*.d $(O)/examples/paper/*.d)

# The same programs as one command, lpl-demo NAME: each compiled once more, with its main called demo_NAME. It is
# installed; linked with the static library, so that it runs wherever it lies, or DEMO=shared: with the shared one (a
# distribution's packages); DEMO=no: not at all.
LPL_DEMO_PROGRAM := $(O)/examples/lpl-demo/lpl-demo$(if $(filter shared,$(DEMO)),-shared)
DEMO_NAMES := $(notdir $(basename $(PAPER_SRC)))
DEMO_OBJ := $(DEMO_NAMES:%=$(O)/examples/lpl-demo/%.o)
$(DEMO_OBJ): $(O)/examples/lpl-demo/%.o: examples/paper/%.c $(O)/flags
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) -Iexamples -Dmain=demo_$* -MMD -MP $(CPPFLAGS) $(CFLAGS) $(NUMERIC) \
	  -c $< -o $@
DEMO_LIB = $(if $(filter shared,$(DEMO)),$(LIB)/liblpl.so,$(LIB)/liblpl.a)
$(LPL_DEMO_PROGRAM): examples/lpl-demo/lpl-demo.c $(DEMO_OBJ) $(WORLDS) $(LIB)/liblpl.a $(SHARED_LIB)
	$(call say,CC)
	$(Q)$(CC) $(EXAMPLE_FLAGS) -Iexamples -DDEMOS='$(foreach d,$(DEMO_NAMES),DEMO($d))' \
	  $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $< $(DEMO_OBJ) $(WORLDS) $(DEMO_LIB) $(LDFLAGS) -o $@ $(WORLDS_LINK) $(LINK_LIBS)
-include $(DEMO_OBJ:.o=.d)
# What install installs of it: what was built (make lpl-demo), or is named beside it; not where the library lacks parts.
INSTALL_DEMO := $(if $(filter no,$(DEMO))$(BARE)$(OPTIONS_OFF),,$(if $(filter lpl-demo,$(MAKECMDGOALS)),\
  $(LPL_DEMO_PROGRAM),$(wildcard $(LPL_DEMO_PROGRAM))))
# State files of parts, cut anew (lpl/part.h): installed where it was built, linked as lpl-demo is.
RECUT_PROGRAM := $(O)/examples/lpl-recut/lpl-recut$(if $(filter shared,$(DEMO)),-shared)
$(RECUT_PROGRAM): examples/lpl-recut/lpl-recut.c $(LIB)/liblpl.a $(SHARED_LIB) $(O)/flags
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $< $(DEMO_LIB) $(LDFLAGS) -o $@ \
	  $(LINK_LIBS)
INSTALL_RECUT := $(if $(filter no,$(DEMO))$(BARE)$(OPTIONS_OFF),,$(if $(filter lpl-demo lpl-recut,$(MAKECMDGOALS)),\
  $(RECUT_PROGRAM),$(wildcard $(RECUT_PROGRAM))))
lpl-recut: $(RECUT_PROGRAM) ## N state files of a network's parts into M: build/examples/lpl-recut/lpl-recut

lpl-demo: $(LPL_DEMO_PROGRAM) $(RECUT_PROGRAM) ## the programs of the figures as one command, and lpl-recut

# Programs for several machines: examples/paper/cluster_*.c, with what is in examples/cluster_*, and tests/mpi/*.c, by
# MPICC, if it is there. Where Debian's
# other MPI is installed too (mpicc.mpich, mpicc.openmpi), once more with that, for check-mpi, into a folder of its
# name.
MPICC ?= mpicc
MPIRUN ?= mpirun
HAVE_MPI := $(if $(BARE)$(CROSS_COMPILE)$(OPTIONS_OFF)$(filter no,$(MPI)),,$(shell command -v $(MPICC)))
MPI_OTHERS := $(if $(HAVE_MPI),$(foreach k,openmpi mpich,$(if $(filter-out \
  $(realpath $(HAVE_MPI)),$(realpath $(shell command -v mpicc.$k))),$k)))
MPI_SRC := $(sort $(wildcard examples/paper/cluster_*.c tests/mpi/*.c))
MPI_PROGRAMS := $(if $(HAVE_MPI),$(MPI_SRC:%.c=$(O)/%))
MPI_PROGRAMS_OTHER := $(foreach k,$(MPI_OTHERS),$(MPI_SRC:%.c=$(O)/$k/%))
define with_mpi
$(foreach p,$(MPI_SRC:%.c=%),$(eval $(O)/$(1)$(p): $(wildcard examples/$(notdir $(p))/*.[ch])))
$(MPI_SRC:%.c=$(O)/$(1)%): $(O)/$(1)%: %.c $(WORLDS) $(LIB)/liblpl.a
	$$(call say,MPICC)
	$$(Q)mkdir -p $$(@D); OMPI_CC="$(CC)" MPICH_CC="$(CC)" $(2) $(EXAMPLE_FLAGS) -Iexamples -MMD -MP $(CPPFLAGS) \
	  $(CFLAGS) $(NUMERIC) $$(filter %.c,$$^) $(WORLDS) $(LIB)/liblpl.a $(LDFLAGS) -o $$@ $(WORLDS_LINK) $(LINK_LIBS)
-include $(wildcard $(MPI_SRC:%.c=$(O)/$(1)%*.d))
endef
$(if $(HAVE_MPI),$(eval $(call with_mpi,,$(MPICC))))
$(foreach k,$(MPI_OTHERS),$(eval $(call with_mpi,$k/,mpicc.$k)))
mpi: $(MPI_PROGRAMS) ## programs for several machines (mpirun build/examples/paper/cluster_spiking), if there is an MPI
	@$(if $(HAVE_MPI),:,echo "$(NO_MPI)")
NO_MPI := there is no $(MPICC) here (Debian: apt install libopenmpi-dev openmpi-bin)
RUN_MPI = MPIRUN="$(MPIRUN)" OTHERS="$(MPI_OTHERS)" tests/tools/check_mpi.sh $(O)
check-mpi: $(MPI_PROGRAMS) $(MPI_PROGRAMS_OTHER) ## the same bits on 1 to 4 ranks, ranks killed, checkpoints taken up
	@$(if $(HAVE_MPI),$(RUN_MPI),echo "skipped: $(NO_MPI)")

RUN_EXAMPLES := tests/tools/run_examples.sh examples $(O)/examples
RUN_PAPER := tests/tools/run_examples.sh examples/paper $(O)/examples/paper -o .
examples: $(EXAMPLES) $(PAPER) ## build all examples, run them (of the figures the fast ones), compare with their .out
	@tests/tools/run_checks.sh 1 $(O)/check-examples examples::"$(RUN_EXAMPLES)" figures::"$(RUN_PAPER)"
demo: ## figures of the paper, no data files, into build/demo
# Those that need no data files, in the order of the page: PROGRAM:OPTION:... Those of DEMO_START start first: pictures
# within a second, then the longest, so that none is left alone at the end (rooms has two threads, the others one, and
# give way to it).
DEMO := rule_curves stdp:--demo toy2d:--demo spiking_network:--demo rooms:--quick swap:--demo:--threads:1 movies:--demo
DEMO_START := rule_curves stdp rooms swap
DEMO_NAMED := $(foreach d,$(DEMO),$(firstword $(subst :, ,$d)))
# On every processor, unless a number of jobs was given.
ALL_JOBS = $(if $(filter -j% --jobserver-%,$(MAKEFLAGS)),,-j$(shell nproc 2> /dev/null || echo $(JOBS)))
# A program starts as soon as it is linked. (In a variable, so that `make -n` does not take it for a make of its own.)
DEMO_READY := $(patsubst %,$(O)/demo/run/%.ready,$(DEMO_START) $(filter-out $(DEMO_START),$(DEMO_NAMED)))
$(DEMO_READY): $(O)/demo/run/%.ready: $(O)/examples/paper/%
	@mkdir -p $(@D); touch $@
DEMO_BUILD = $(MAKE) --no-print-directory $(or $(filter -j%,$(MAKEFLAGS)),$(ALL_JOBS)) $(DEMO_READY)
demo: ## figures of the paper, no data files: build/demo/index.html
	@$(PYTHON) examples/demo/run.py --bin $(O)/examples/paper --out $(O)/demo --version $(VERSION) \
	  --start $(subst $(eval) ,$(comma),$(DEMO_START)) --longest rooms --build "$(DEMO_BUILD)" \
	  $(foreach d,$(DEMO),"$(subst :, ,$d)")

# What all of them link: yardsticks, and the network of two of them.
BENCH_COMMON := bench/common.c bench/vggnet.c
BENCH := $(patsubst bench/%.c,$(O)/bench/%,$(filter-out $(BENCH_COMMON),$(sort $(wildcard bench/*.c))))
$(BENCH): $(O)/bench/%: bench/%.c $(BENCH_COMMON) $(BENCH_COMMON:.c=.h) $(WORLDS) $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) -std=c11 -Wall $(DEFINES) $(OPENMP_FLAG) -Iinclude -Isrc -Iexamples $(BLIS_COMPILE) \
	  $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $(KERNEL_O3) $< $(BENCH_COMMON) $(WORLDS) $(LIB)/liblpl.a $(LDFLAGS) -o $@ \
	  $(WORLDS_LINK) $(LINK_LIBS)
bench: ## benchmarks beside their PyTorch peers, in ten minutes (bench/README.md); make deps-bench first
	@mkdir -p $(O)/bench; date +%s > $(O)/bench/begun
	@$(MAKE) --no-print-directory $(ALL_JOBS) $(BENCH)
	bench/run.py --bin $(O)/bench --out $(O)/bench --spent $$(($$(date +%s) - $$(cat $(O)/bench/begun))) \
	  $(if $(filter command%,$(origin BENCH_OPTIONS)),$(BENCH_OPTIONS))

# GOLDEN and DATA come from the command line, as O does: nothing beside the tree is looked at unasked.
ifneq ($(filter environment%,$(origin GOLDEN) $(origin DATA)),)
override GOLDEN := $(if $(filter environment%,$(origin GOLDEN)),,$(GOLDEN))
override DATA := $(if $(filter environment%,$(origin DATA)),,$(DATA))
endif
RUN_GOLDEN = $(O)/golden $(if $(DATA),--data $(DATA))
golden: $(O)/golden ## make golden GOLDEN=folder [DATA=folder]: compare with values of the published implementation
	@test -n "$(GOLDEN)" || { echo "make golden GOLDEN=folder: which folder? (docs/golden.md)" >&2; exit 2; }
	@$(RUN_GOLDEN) $(GOLDEN)

include tests/fuzz/fuzz.mk
FUZZ_REPLAY := $(FUZZ_TARGETS:%=$(O)/fuzz/replay_%)

# The firmware's program on this computer (check-embedded below).
EMBEDDED_HOST := $(O)/embedded/host

# ---- checks. Each prints its own summary; run_checks.sh adds them up.

# A variant is a build of its own below $(O).
VARIANT = $(MAKE) --no-print-directory O=$(O)/$(1)
PROGRAM_CHECKS := $(foreach t,$(TESTS),$(notdir $t)::$t)
# make check GOLDEN=folder: the folders in it.
RATE := $(if $(GOLDEN),$(wildcard $(GOLDEN)/rate))
SPIKING := $(if $(GOLDEN),$(wildcard $(GOLDEN)/spiking))
ifneq ($(and $(GOLDEN),$(filter check check-long,$(MAKECMDGOALS))),)
ifeq ($(RATE)$(SPIKING),)
$(error GOLDEN=$(GOLDEN): it holds neither rate nor spiking, so check would compare nothing there (docs/golden.md))
endif
endif
SAY_GOLDEN = echo "golden values: tests/golden $(RATE) $(SPIKING)$(if $(GOLDEN),, (GOLDEN=folder was not given))$(if \
  $(DATA),; images: $(DATA),; no images (DATA=folder was not given))"
CHECKS = $(foreach k,$(if $(SPIKING),stdp_curves erratum published \
  inhibitory),golden-$k::"$(RUN_GOLDEN) $(SPIKING)/$k") \
         $(if $(RATE),golden-rate::"$(RUN_GOLDEN) $(RATE)") \
         examples::"$(RUN_EXAMPLES)" figures::"$(RUN_PAPER)" \
         interrupt::"tests/tools/interrupt.sh $(O)/examples/paper/rooms" \
         full-disk::"tests/tools/full_disk.sh $(O)/examples/paper" \
         programs::"tests/tools/programs.sh $(O)/examples/paper" \
         lpl-demo::"tests/tools/lpl_demo.sh $(LPL_DEMO_PROGRAM) $(O)/examples/paper" \
         lpl-recut::"tests/tools/recut.sh $(RECUT_PROGRAM)" \
         deep-images::"tests/tools/deep_images.sh $(O)/examples/paper/deep_images" \
         swap::"tests/tools/swap.sh $(O)/examples/paper" movies::"tests/tools/movies.sh $(O)/examples/paper/movies" \
         $(PROGRAM_CHECKS) \
         golden::"$(RUN_GOLDEN) tests/golden" \
         $(foreach t,$(FUZZ_TARGETS),fuzz-$t::"cd $(O)/fuzz && ./replay_$t") \
         $(foreach t,$(filter %state,$(FUZZ_TARGETS)),fuzz-attacks-$t::"$(O)/fuzz/replay_$t tests/fuzz/attacks/*.lpl") \
         $(foreach t,$(FUZZ_TARGETS),$(if \
         $(wildcard tests/fuzz/found/$t-*),fuzz-found-$t::"$(O)/fuzz/replay_$t tests/fuzz/found/$t-*")) \
         $(foreach t,$(FUZZ_KEPT),fuzz-corpus-$t::"$(call fuzz_unpack,$t,$(O)/fuzz/kept_$t) && \
           $(O)/fuzz/replay_$t $(O)/fuzz/kept_$t/*") \
         headers::"CC='$(CC)' CXX='$(CXX)' MPICC='$(HAVE_MPI)' tests/tools/headers.sh" \
         $(if $(HAVE_MPI),mpi::'$(RUN_MPI)') \
         symbols::"tests/tools/symbols.sh '$(NM)' '$(OBJDUMP)' $(LIB)/liblpl.so $(LIB)/liblpl.a $(GENERIC_OBJ)" \
         documents::"tests/tools/documents.sh" debian::"tests/tools/debian.sh check" \
         cross-names::"tests/tools/cross_names.sh" embedded::"$(EMBEDDED_CHECK)" \
         build-safety::"tests/tools/build_safety.sh '$(MAKE)' $(O) $(LIB) '$(CC)'" \
         $(if $(shell $(PYTHON) -c 'import pycparser; print(1)' 2> \
         /dev/null),api::"$(PYTHON) bindings/api.py --check") \
         $(if $(wildcard $(PYTHON)),bench::"LPL_BENCH_TREE=$(CURDIR) PYTHONDONTWRITEBYTECODE=1 \
           $(PYTHON) -m unittest discover -v -s tests/bench") \
         $(if $(wildcard $(PYTHON)),demo::"LPL_PAPER=$(O)/examples/paper PYTHONDONTWRITEBYTECODE=1 \
           $(PYTHON) -m unittest discover -v -s tests/demo") \
         $(if $(wildcard $(PYTHON)),pages::"LPL_LIB=$(abspath $(LIB)) CC='$(CC)' PYTHONDONTWRITEBYTECODE=1 \
           $(PYTHON) -m unittest discover -v -s tests/site") \
         cffi::"LPL_LIBRARY=$(abspath $(LIB))/liblpl.so CC='$(CC)' PYTHONDONTWRITEBYTECODE=1 \
           $(PYTHON) -m unittest discover -v -s tests/ffi" \
         $(if $(shell $(PYTHON) -c 'import numpy; print(1)' 2> /dev/null),julia::"CC='$(CC)' \
           LPL_LIBRARY=$(abspath $(LIB))/liblpl.so PYTHONDONTWRITEBYTECODE=1 \
           $(PYTHON) -m unittest discover -v -s tests/julia") \
         $(if $(and $(wildcard bindings/python/tests/test_*.py),$(shell $(PYTHON) -c 'import numpy; print(1)')), \
           python::"$(if $(RATE),LPL_GOLDEN=$(abspath $(RATE))) LPL_LIBRARY=$(abspath $(LIB))/liblpl.so \
           PYTHONPATH=bindings/python PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m unittest discover \
           -t bindings/python -s bindings/python/tests")
check: ## all tests; the last line is "N passed, N failed"
check: all worlds $(TESTS) $(O)/golden $(EXAMPLES) $(PAPER) $(LPL_DEMO_PROGRAM) $(RECUT_PROGRAM) \
  $(FUZZ_REPLAY) $(EMBEDDED_HOST) \
  $(MPI_PROGRAMS) $(MPI_PROGRAMS_OTHER)
	@$(SAY_GOLDEN)
	@$(if $(HAVE_MPI),:,echo "left out: check-mpi, $(NO_MPI)")
	@tests/tools/run_checks.sh $(JOBS) $(O)/check $(CHECKS)
check-fast: $(TESTS) ## the Check programs only
	@tests/tools/run_checks.sh $(JOBS) $(O)/check-fast $(PROGRAM_CHECKS)
check-long: ## check, whole experiments, more mutants, ten other seeds
check-long: all worlds $(TESTS) $(O)/golden $(EXAMPLES) $(PAPER) $(LPL_DEMO_PROGRAM) $(RECUT_PROGRAM) \
  $(FUZZ_REPLAY) $(EMBEDDED_HOST) \
  $(MPI_PROGRAMS) $(MPI_PROGRAMS_OTHER)
	@$(SAY_GOLDEN)
	@$(if $(HAVE_MPI),:,echo "left out: check-mpi, $(NO_MPI)")
	@tests/tools/run_checks.sh $(JOBS) $(O)/check-long toy2d-full::"$(O)/examples/paper/toy2d -o $(O)/check-long/toy2d" \
	  network-accelerated::"$(O)/examples/paper/spiking_network --accelerated --seconds 3000 -o $(O)/check-long/network" \
	  stdp-full::"$(O)/examples/paper/stdp -o $(O)/check-long/stdp" \
	  bcm::"$(O)/examples/paper/bcm -o $(O)/check-long/bcm" \
	  videos::"tests/tools/movies.sh $(O)/examples/paper/movies $(O)/videos" $(CHECKS) \
	  options::"$(OPTIONS_CHECK)" $(foreach \
	  t,$(FUZZ_TARGETS),fuzz-$t-long::"cd $(O)/fuzz && LPL_FUZZ_RUNS=200000 ./replay_$t") \
	  $(foreach s,11 12 13 14 15 16 17 18 19 20,$(foreach t,$(TESTS),$(notdir $t)-seed-$s::"LPL_TEST_SEED=$s $t"))

check-movies: $(O)/examples/paper/movies ## complex cells from real videos, fetched into O/videos where they can be had
	@tests/tools/run_checks.sh 1 $(O)/check videos::"tests/tools/movies.sh $(O)/examples/paper/movies $(O)/videos"

check-verdicts: worlds $(LIB)/liblpl.a ## wrong programs must fail: VERDICTS=PROGRAM, DATA=FOLDER, LONG=yes, TABLE=FILE
	@CC="$(CC)" COMPILE="$(BASE) $(CPPFLAGS) $(CFLAGS) $(NUMERIC)" \
	  FLAGS="$(EXAMPLE_FLAGS) -Iexamples $(CPPFLAGS) $(CFLAGS) $(NUMERIC)" \
	  KERNELS="$(foreach i,$(ISAS),$i $(KERNEL) $(ISA_$i) $(KERNEL_O3);)" \
	  LINK="$(WORLDS) $(LIB)/liblpl.a $(LDFLAGS) $(WORLDS_LINK) $(LINK_LIBS)" tests/tools/inject_verdicts.sh

# Other CPUs, emulated by qemu-user, and another C library (musl): one build each below $(O)/cross, without BLIS and
# OpenMP, with tests/cross/check.h instead of Check. tests/cross/portable.c carries state files between them and a build
# for this machine.
CROSS := armhf i686 s390x aarch64 musl
TARGETS ?= $(CROSS)
TRIPLE_armhf := arm-linux-gnueabihf
TRIPLE_i686 := i686-linux-gnu
TRIPLE_s390x := s390x-linux-gnu
TRIPLE_aarch64 := aarch64-linux-gnu
EMULATOR_armhf := qemu-arm
EMULATOR_i686 := qemu-i386
EMULATOR_s390x := qemu-s390x
EMULATOR_aarch64 := qemu-aarch64
# LD_LIBRARY_PATH: the target's loader would otherwise read this machine's ld.so.cache, and where that knows an i386 C
# library, take that one. A loader and a C library of two builds work until the first fork. An x86-64 kernel runs i686
# programs itself, if it was built to: AVX-512 too, and in a minute, while qemu takes half an hour over the AVX2
# kernels.
emulated = $(EMULATOR_$(1)) -L /usr/$(TRIPLE_$(1)) -E LD_LIBRARY_PATH=/usr/$(TRIPLE_$(1))/lib
LOADER_i686 := /usr/$(TRIPLE_i686)/lib/ld-linux.so.2
run_i686 = $(if $(shell $(LOADER_i686) --version 2> /dev/null), \
             $(LOADER_i686) --library-path $(dir $(LOADER_i686)),$(call emulated,i686))
cross_tools = $(if $(TRIPLE_$(1)),CC=$(TRIPLE_$(1))-gcc AR=$(TRIPLE_$(1))-ar \
              RUN="$(if $(filter i686,$(1)),$(run_i686),$(call emulated,$(1))) ",CC=musl-gcc AR=ar RUN=)
CROSS_BUILD := BLIS=no OPENMP=no PKG_CONFIG=false CHECK_CFLAGS=-Itests/cross CHECK_LIBS=
# As many jobs as programs run at the same time, unless make was told otherwise.
CROSS_MAKE = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
check-cross: $(O)/cross/begin ## Check programs, small golden cases, states on TARGETS="armhf i686 s390x aarch64 musl"
	+@tests/tools/check_cross.sh "$(CROSS_MAKE)" $(O)/cross "$(TARGETS)" check-emulated
check-cross-long: $(O)/cross/begin ## the same with all golden cases and rounds, fuzz targets on mutants and attacks
	+@tests/tools/check_cross.sh "$(CROSS_MAKE)" $(O)/cross "$(TARGETS)" check-emulated-long
$(O)/cross/begin: FORCE
	+@$(call VARIANT,cross/host) $(CROSS_BUILD) $(O)/cross/host/tests/portable
	+@$(call VARIANT,cross/plain) $(CROSS_BUILD) X86= $(O)/cross/plain/tests/portable
	@for b in $(O)/cross/host $(O)/cross/plain; do mkdir -p $$b/states && $$b/tests/portable write $$b/states \
	  || exit 1; done
	@touch $@
$(CROSS:%=cross-%): cross-%:
	+@$(call VARIANT,cross/$*) $(call cross_tools,$*) $(CROSS_BUILD) HOST=$(O)/cross/host PLAIN=$(O)/cross/plain $(GOAL)
$(O)/tests/portable: tests/cross/portable.c $(wildcard tests/common/*.h) $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(TEST_FLAGS) -Itests $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $< $(LIB)/liblpl.a $(LDFLAGS) \
	  -o $@ $(LINK_LIBS)

# Within a build for another CPU; the longest first. HOST: folder of the build for this machine; PLAIN: the same without
# fused multiply-adds, so that a CPU which has no such kernels either must go on to the same bits everywhere.
SLOW := $(filter $(patsubst %,$(O)/tests/test_%,conv network own_spiking room metrics source linalg images condition), \
          $(TESTS))
SMALL_GOLDEN := conv dense losses metrics optim readout rules vgg spiking/erratum spiking/published spiking/inhibitory
LONGEST := $(filter $(patsubst %,$(O)/tests/test_%,conv winograd fork head),$(TESTS)) \
           $(filter-out $(O)/tests/test_conv,$(SLOW))
EMULATED = $(foreach t,$(LONGEST) $(filter-out $(LONGEST),$(TESTS)),$(notdir $t)::"$(RUN)$t") \
           states-from-here::"$(RUN)$(O)/tests/portable check $(HOST)/states" \
           states-from-plain::"$(RUN)$(O)/tests/portable check $(PLAIN)/states $(if $(X86),,bits)" \
           states-to-here::"mkdir -p $(O)/states; $(RUN)$(O)/tests/portable write $(O)/states && \
             $(HOST)/tests/portable check $(O)/states"
# Where a program emulates the CPU, tests of many random cases run fewer (tests/common/testing.h): 15 minutes a target
# are the limit. Each says what it left out, and check_cross.sh prints that.
FEWER = $(if $(findstring qemu,$(RUN)),LPL_TEST_SMALL=1)
GOLDEN_FOLDERS = $(filter-out spiking state,$(patsubst tests/golden/%/,%,$(wildcard tests/golden/*/))) \
                 $(patsubst tests/golden/%/,%,$(wildcard tests/golden/spiking/*/))
check-emulated: all $(TESTS) $(O)/golden $(O)/tests/portable
	@echo "left out: golden cases of $(filter-out $(SMALL_GOLDEN),$(GOLDEN_FOLDERS)); fuzz targets"
	@$(FEWER) tests/tools/run_checks.sh $(JOBS) $(O)/check $(EMULATED) \
	  $(foreach g,$(SMALL_GOLDEN),golden-$g::"$(RUN)$(RUN_GOLDEN) tests/golden/$g")
check-emulated-long: all $(TESTS) $(O)/golden $(O)/tests/portable $(FUZZ_REPLAY)
	@tests/tools/run_checks.sh $(JOBS) $(O)/check $(EMULATED) golden::"$(RUN)$(RUN_GOLDEN) tests/golden" \
	  $(foreach g,$(RATE) $(addprefix $(SPIKING)/,$(if $(SPIKING),stdp_curves erratum published inhibitory)), \
	    golden-all-$(notdir $g)::"$(RUN)$(RUN_GOLDEN) $g") \
	  $(foreach t,$(FUZZ_TARGETS),fuzz-$t::"LPL_FUZZ_RUNS=500 $(RUN)$(O)/fuzz/replay_$t") \
	  $(foreach t,$(filter %state,$(FUZZ_TARGETS)),fuzz-attacks-$t::"$(RUN)$(O)/fuzz/replay_$t tests/fuzz/attacks/*.lpl")

# Firmware: tests/embedded with the compiler for bare-metal Arm, run by qemu-system-arm; the program of this computer
# says what must come out.
$(EMBEDDED_HOST): $(patsubst %,tests/embedded/%.c,stream board_host board_common) tests/embedded/board.h $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(TEST_FLAGS) $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $(filter %.c %.a,$^) $(LDFLAGS) -o $@ \
	  $(LINK_LIBS)
EMBEDDED_CHECK = MAKE='$(MAKE)' tests/tools/embedded.sh $(O)/embedded $(EMBEDDED_HOST)
check-embedded: ## firmware on emulated Cortex-M7 and M4F: same bits as here, text at most 32 kB (docs/embedded.md)
check-embedded: $(EMBEDDED_HOST)
	+@$(EMBEDDED_CHECK)
OPTIONS_CHECK = MAKE='$(MAKE)' tests/tools/options.sh $(O)/options $(CC) $(NM)
check-options: ## parts left out (CONV F64 MALLOC RULES STDIO TEXT = no): libraries are whole, and say what they lack
	+@$(OPTIONS_CHECK)
embedded-table: $(EMBEDDED_HOST) ## the tables of docs/embedded.md
	+@$(EMBEDDED_CHECK) --table

# ---- quality

SANITIZED := CK_FORK=no ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
sanitize: ## the Check programs under ASan and UBSan, then TSan
	+@$(SANITIZED) $(call VARIANT,asan) check-fast \
	  CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
# GCC's OpenMP is not made for TSan, which sees races in it everywhere: here lpli_parallel is the one of tests/tsan, on
# POSIX threads.
	+@TSAN_OPTIONS=halt_on_error=1 CK_FORK=no $(call VARIANT,tsan) check-fast OPENMP=no TEST_EXTRA=tests/tsan/threads.c \
	  CFLAGS="-O1 -g -fsanitize=thread -fno-omit-frame-pointer"
sanitize-short: ## the faster Check programs under ASan and UBSan
	+@$(SANITIZED) $(call VARIANT,asan) check-sanitized \
	  CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
SANITIZE_NOT := $(notdir $(SLOW)) test_golden test_golden_spiking test_gradient test_reduce test_verdict test_winograd
check-sanitized: $(filter-out $(SANITIZE_NOT:%=$(O)/tests/%),$(TESTS))
	@tests/tools/run_checks.sh $(JOBS) $(O)/check-fast $(foreach t,$^,$(notdir $t)::$t)
valgrind: ## the fast Check programs under valgrind
	+@CK_FORK=no $(call VARIANT,valgrind) check-valgrind CFLAGS="-O1 -g" \
	  RUN="valgrind -q --error-exitcode=1 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite "
# Left out: the slow ones, and test_random, which compares with long double; valgrind computes that in double.
VALGRIND_NOT := test_conv test_gradient test_metrics test_golden test_linalg test_random
check-valgrind: $(TESTS)
	@tests/tools/run_checks.sh $(JOBS) $(O)/check \
	  $(foreach t,$(filter-out $(VALGRIND_NOT:%=$(O)/tests/%),$(TESTS)),$(notdir $t)::"$(RUN)$t")
coverage: ## lines and branches of src reached by the Check programs, as text
	+@$(call VARIANT,coverage) CFLAGS="-O0 -g --coverage" check-fast
	@tests/tools/coverage.sh $(O)/coverage

STRICT := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wdouble-promotion -Werror
lint: $(BLIS_PROBE) ## strict gcc warnings, cppcheck, clang-tidy, shellcheck
	@CC="$(CC)" FLAGS="$(BASE)" STRICT="$(STRICT)" BLIS="$(BLIS_COMPILE)" JOBS=$(JOBS) tests/tools/lint.sh $(SRC)
format: ## clang-format on all C files but the public headers, whose tables are laid out by hand
	clang-format -i $(FORMATTED)
format-check: ## does clang-format agree, and is no line of any source longer than 120 columns?
	clang-format --dry-run -Werror $(FORMATTED)
	@LC_ALL=C.UTF-8 grep -nE '^.{121,}' $(shell git ls-files $(SOURCE_TEXTS)) \
	  && { echo "lines of more than 120 columns" >&2; exit 1; } || :
SOURCE_TEXTS := '*.c' '*.h' '*.cpp' '*.in' '*.py' '*.sh' '*.awk' '*.mk' '*.jl' '*.txt' '*.toml' '*.yml' Makefile \
  .ci/run .clang-tidy
FORMATTED = $(shell git ls-files '*.c' '*.h' ':!include')
docs: ## comments, pages, links and citations: does each lead somewhere?
	@tests/tools/documents.sh

# With the figures of `make demo` and the pages of `make wasm`, where those have been made.
site: $(SHARED_LIB) ## pages, reference, tutorials as a site: build/site/html/index.html (make deps-site first)
	@LPL_LIBRARY=$(abspath $(LIB))/liblpl.so $(PYTHON) docs/site/build.py $(O)/site --demo $(O)/demo --play $(O)/wasm/play

check-site: site ## the site in chromium: no page wider than its window at four widths, every formula drawn
	@$(PYTHON) tests/tools/site_browser.py $(O)/site/html

# ---- WebAssembly: the library in a web page (examples/play), without BLIS, threads, files and doubles

WASM_MAKE = $(call VARIANT,wasm) CC=emcc AR=emar BLIS=no OPENMP=no SHARED=no F64=no CONV=no STDIO=no PKG_CONFIG=false
PLAY_SRC := examples/play/toy.c examples/play/stdp.c examples/worlds/stdpworld.c examples/worlds/pairing.c
wasm: ## two pages to play with, the library inside: build/wasm/play (needs emscripten)
	@command -v emcc > /dev/null || { echo "there is no emcc here (Debian: apt install emscripten)" >&2; exit 1; }
	+@$(WASM_MAKE) $(O)/wasm/lib/liblpl.a
	@$(PYTHON) examples/play/build.py $(O)/wasm
$(O)/play/check: examples/play/check.c $(PLAY_SRC) examples/play/play.h $(LIB)/liblpl.a
	$(call say,CC)
	$(Q)mkdir -p $(@D); $(CC) $(EXAMPLE_FLAGS) -Iexamples -Iexamples/play $(CPPFLAGS) $(CFLAGS) $(NUMERIC) \
	  $(filter %.c %.a,$^) $(LDFLAGS) -o $@ $(LINK_LIBS)
check-wasm: $(O)/play/check ## the same moves here, under node and in a browser: the same bytes?
	+@if command -v emcc > /dev/null; then $(MAKE) --no-print-directory wasm && \
	  $(PYTHON) tests/tools/wasm.py $(O)/wasm $(O)/play/check; \
	  else echo "skipped: there is no emcc here (Debian: apt install emscripten)"; fi

ABI = tests/abi/liblpl-$(SOVERSION).abi
abi-baseline: $(LIB)/liblpl.so ## write the ABI of this version to tests/abi
	@mkdir -p tests/abi; abidw --headers-dir include --no-corpus-path --no-comp-dir-path \
	  $(LIB)/liblpl.so.$(VERSION) --out-file $(ABI)
abi-check: $(LIB)/liblpl.so $(O)/tests/test_abi ## compare the ABI with tests/abi (libabigail)
	@tests/tools/abi_check.sh $(ABI) $(LIB)/liblpl.so.$(VERSION) $(O)/tests/test_abi
# The node of a release has its number, without the patch if that is 0: LPL_0.1, LPL_0.1.1.
map: ## add new functions of the headers to src/lpl.map, under the node of this release; older nodes stay
	@tests/tools/symbols.sh --map $(VERSION:%.0=%) > $(O)/lpl.map && mv $(O)/lpl.map src/lpl.map
	@tests/tools/debian.sh symbols > packaging/debian/liblpl$(SOVERSION).symbols

api: ## write anew what is made from the headers: bindings/api.json, src/core/abi.c, declarations of Python and Julia
	@$(PYTHON) bindings/api.py
api-check: ## is any of them stale?
	@$(PYTHON) bindings/api.py --check

# ---- installing

HEADERS := include/lpl.h $(sort $(wildcard include/lpl/*.h))
DOCUMENTS := README.md CHANGELOG.md COPYING
# A folder written relative to the one above it, as pkg-config files do.
below = $(if $(filter $(2),$(1)),$${$(3)},$(patsubst $(2)/%,$${$(3)}/%,$(1)))
PC_EXEC = $(call below,$(exec_prefix),$(prefix),prefix)
PC_LIB = $(call below,$(libdir),$(exec_prefix),exec_prefix)
PC_INCLUDE = $(call below,$(includedir),$(prefix),prefix)
# The same for CMake; from its own folder to the prefix in so many steps, if it lies below it.
empty :=
space := $(empty) $(empty)
CMAKE_BELOW = $(filter-out $(cmakedir),$(patsubst $(prefix)/%,%,$(cmakedir)))
CMAKE_UP = $(subst $(space),/,$(patsubst %,..,$(subst /, ,$(CMAKE_BELOW))))
cmake_path = $(if $(CMAKE_BELOW),$(patsubst $(prefix)/%,$${lpl_PREFIX}/%,$(1)),$(1))
# In CMake a list is parted by semicolons.
write_cmake = sed -e \
  's|@up@|$(CMAKE_UP)|; s|@libdir@|$(call cmake_path,$(libdir))|; s|@includedir@|$(call cmake_path,$(includedir))|' \
  -e 's|@version@|$(VERSION)|; s|@soversion@|$(SOVERSION)|; s|@series@|$(SOVERSION)|' \
  -e 's|@series_pattern@|$(subst .,[.],$(SOVERSION))|' \
  -e 's|@shared@|$(if $(SHARED_LIB),ON,OFF)|' \
  -e 's|@shared_file@|$(if $(SHARED_LIB),"$${lpl_LIBDIR}/liblpl.so.$(VERSION)")|' \
  -e "s|@libs_private@|`echo $(static_libs) | tr ' ' ';'`|" -e \
  "s|@pointer@|$(POINTER)|; s|@bits@|`expr 8 '*' $(POINTER)`|" $(1)
POINTER = $(shell $(CC) $(CPPFLAGS) $(CFLAGS) -dM -E -x c /dev/null | sed -n 's/.define __SIZEOF_POINTER__ //p')
CMAKE_FILES := lplConfig.cmake lplConfigVersion.cmake
# DESTDIR may hold spaces and quotes; the folders below it are written into lpl.pc and may not.
ODD := $(shell tests/tools/build_folder.sh --odd \
  $(call quoted,$(prefix)$(exec_prefix)$(bindir)$(libdir)$(includedir)$(docdir)$(pkgconfigdir)$(cmakedir)$(mandir)))
ifneq ($(and $(ODD),$(filter $(INSTALLS),$(MAKECMDGOALS))),)
$(error prefix = $(prefix), libdir = $(libdir), includedir = $(includedir), docdir = $(docdir), cmakedir = \
  $(cmakedir), mandir = $(mandir): no space, quote or other special character \
may be in these (DESTDIR may hold them))
endif
dest = $(call quoted,$(DESTDIR)$(1))
install: all $(INSTALL_DEMO) $(INSTALL_RECUT) ## what was built (lpl-demo too): DESTDIR prefix bindir libdir docdir ...
	$(Q)$(INSTALL) -d $(foreach d,$(libdir) $(includedir)/lpl $(pkgconfigdir) $(cmakedir) $(docdir),$(call dest,$d))
	$(Q)$(INSTALL_DATA) include/lpl.h $(call dest,$(includedir))
	$(Q)$(INSTALL_DATA) include/lpl/*.h $(call dest,$(includedir)/lpl)
	$(Q)$(INSTALL_DATA) $(LIB)/liblpl.a $(call dest,$(libdir))
	$(Q)$(if $(SHARED_LIB),$(INSTALL_PROGRAM) $(LIB)/liblpl.so.$(VERSION) $(call dest,$(libdir)))
	$(Q)$(if $(SHARED_LIB),ln -sf liblpl.so.$(VERSION) $(call dest,$(libdir)/liblpl.so.$(SOVERSION)))
	$(Q)$(if $(SHARED_LIB),ln -sf liblpl.so.$(SOVERSION) $(call dest,$(libdir)/liblpl.so))
	$(Q)$(call write_pc,$(prefix),$(PC_EXEC),$(PC_LIB),$(PC_INCLUDE)) > $(O)/lpl.pc
	$(Q)$(INSTALL_DATA) $(O)/lpl.pc $(call dest,$(pkgconfigdir)/lpl.pc); rm $(O)/lpl.pc
	$(Q)$(INSTALL_DATA) $(LIB)/pkgconfig/lpl-mpi.pc $(call dest,$(pkgconfigdir)/lpl-mpi.pc)
	$(Q)$(foreach f,$(CMAKE_FILES),$(call write_cmake,packaging/cmake/$f.in) > $(O)/$f && \
	  $(INSTALL_DATA) $(O)/$f $(call dest,$(cmakedir)/$f) && rm $(O)/$f &&) :
	$(Q)$(INSTALL_DATA) $(DOCUMENTS) $(call dest,$(docdir))
	$(Q)$(if $(INSTALL_DEMO),$(INSTALL) -d $(call dest,$(bindir)) && \
	  $(INSTALL_PROGRAM) $(LPL_DEMO_PROGRAM) $(call dest,$(bindir)/lpl-demo))
	$(Q)$(if $(INSTALL_RECUT),$(INSTALL) -d $(call dest,$(bindir)); \
	  $(INSTALL_PROGRAM) $(RECUT_PROGRAM) $(call dest,$(bindir)/lpl-recut))
	$(Q)$(if $(and $(MAN),$(INSTALL_DEMO)$(INSTALL_RECUT)),export LD_LIBRARY_PATH=$(abspath $(LIB)); set --; \
	  for p in $(INSTALL_DEMO) $(INSTALL_RECUT); do n=$$(basename $$p -shared); \
	    ! $$p --version > /dev/null 2>&1 || set -- "$$@" --$$n $$p; done; \
	  if test -s $(O)/man/list && test $$# -gt 0; then \
	    $(PYTHON) docs/site/man.py $(O)/man "$$@"; fi) # what runs: not another CPU's
	$(Q)$(if $(MAN),for d in `sed 's|/.*||' $(O)/man/list | sort -u`; do \
	  $(INSTALL) -d $(call dest,$(mandir))/$$d && \
	  $(INSTALL_DATA) $(O)/man/$$d/* $(call dest,$(mandir))/$$d || exit 1; done)
install-strip: install ## the same, shared library without symbols for debugging
	$(Q)$(STRIP) --strip-unneeded $(call dest,$(libdir)/liblpl.so.$(VERSION))
uninstall: $(MAN) ## remove what install wrote
	$(Q)rm -f $(foreach f,$(HEADERS:include/%=%),$(call dest,$(includedir)/$f)) $(call dest,$(libdir)/liblpl.a) \
	  $(foreach f,liblpl.so liblpl.so.$(SOVERSION) liblpl.so.$(VERSION),$(call dest,$(libdir)/$f)) \
	  $(call dest,$(pkgconfigdir)/lpl.pc) $(call dest,$(pkgconfigdir)/lpl-mpi.pc) \
	  $(foreach f,$(CMAKE_FILES),$(call dest,$(cmakedir)/$f)) $(foreach f,$(DOCUMENTS),$(call dest,$(docdir)/$f))
	$(Q)rm -f $(call dest,$(bindir)/lpl-demo) $(call dest,$(bindir)/lpl-recut) \
	  $(foreach f,demo recut,$(call dest,$(mandir)/man1/lpl-$f.1))
	$(Q)$(if $(MAN),while read -r f; do rm -f $(call dest,$(mandir))/$$f; done < $(O)/man/list)
	$(Q)rmdir $(call dest,$(includedir)/lpl) $(call dest,$(docdir)) $(call dest,$(cmakedir)) 2> /dev/null || :
installcheck: all ## install under a DESTDIR, build C and C++ hosts with pkg-config alone, shared and static; uninstall
	@MAKE="$(MAKE)" CC="$(CC)" CXX="$(CXX)" PKG_CONFIG="$(PKG_CONFIG)" PYTHON="$(PYTHON)" \
	 tests/tools/installcheck.sh $(O) $(abspath $(O))/installcheck

check-install: ## every install line of README and docs/install.md in a copy, an empty home, a chroot; time to a picture
	@tests/tools/install_page.sh $(O)/check-install $(O)/check-deb

check-deb: ## Debian packages: build, lintian, install and run in a chroot; FULL=yes: with all tests of the build
	@tests/tools/deb.sh $(O)/check-deb $(if $(FULL),full)

recipes: dist ## recipes for conda, Spack, vcpkg, Homebrew with place and sums of dist's archive: make recipes URL=...
	@test -n "$(URL)" || { echo "make recipes URL=...: where will the archive lie?" >&2; exit 2; }
	@tests/tools/recipes.sh fill $(O)/recipes $(O)/lpl-$(VERSION).tar.gz "$(URL)"
check-recipes: dist ## each read by its own tool, or by a stand-in (packaging/README.md)
	@tests/tools/recipes.sh check $(abspath $(O))/recipes $(abspath $(O))/lpl-$(VERSION).tar.gz

wheel: ## Python distribution liblpl, library inside: source and wheel in O/wheel, with auditwheel's tag
	@tests/tools/wheel.sh build $(PYTHON) $(O)/wheel
check-wheel: wheel all worlds ## installs it in fresh environments; LPL_TORCH=PYTHON: beside PyTorch too
	@tests/tools/wheel.sh check $(PYTHON) $(O)/wheel

check-julia: all ## the Julia package: syntax, lint, calls against the library's DWARF; tools from PyPI in O/julia
	@tests/tools/julia.sh $(PYTHON) $(O)/julia $(LIB)/liblpl.so

dist: ## lpl-VERSION.tar.gz of the last commit; the same bytes each time
	$(Q)mkdir -p $(O); git archive --format=tar --prefix=lpl-$(VERSION)/ HEAD | gzip -n -9 > $(O)/lpl-$(VERSION).tar.gz
	@echo $(O)/lpl-$(VERSION).tar.gz
distcheck: dist ## unpack it, build and check it elsewhere, install, compare two builds byte by byte
	@MAKE="$(MAKE)" tests/tools/distcheck.sh $(O)/lpl-$(VERSION).tar.gz lpl-$(VERSION)

# ---- housekeeping

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile tests/fuzz/fuzz.mk | awk -F'|' \
	  '{ printf "  %-14s %s\n", $$1, $$2 }'
print-%: ; @echo '$*=$($*)'
# What builds make, in a folder that carries their `flags`: objects and programs in those of SORTED, the others whole.
# Nothing else is removed, and a folder only when that leaves it empty.
override SORTED = $(wildcard $(addprefix $(O)/,src tests examples bench openmpi mpich))
override CLEAN := man site wasm play check check-examples check-fast check-long asan tsan valgrind \
  coverage cross embedded options demo videos \
  fuzz installcheck check-install wheel julia golden \
                  examples/run examples/paper/run blis.cflags blis.libs blis.requires built.mk lpl.pc lpl.map \
                  lplConfig.cmake lplConfigVersion.cmake
clean: ## remove objects and programs
	$(Q)if test -e $(O)/flags || test $(O) = build; then \
	  rm -rf $(CLEAN:%=$(O)/%) $(LIB)/liblpl.* $(LIB)/liblplworlds.so \
	  $(LIB)/pkgconfig/lpl.pc $(LIB)/pkgconfig/lpl-mpi.pc && \
	  $(if $(SORTED),find $(SORTED) -type f \( -name '*.[oda]' -o -name '*.gc[dn][ao]' -o -name '*.libs' -o -name \
	  templates.c -o -name \
	  '*.cflags' \
	    -o ! -name '*.*' -perm -100 \) -exec rm -f {} + && \
	  find $(SORTED) -depth -type d -exec rmdir {} + 2> /dev/null;) \
	  rmdir $(LIB)/pkgconfig 2> /dev/null; rm -f $(O)/flags; fi
distclean: clean ## and everything else that was made, build/venv too
	$(Q)rm -rf $(O)/lpl-$(VERSION).tar.gz $(if $(filter build,$(O)),$(O)/venv)
	$(Q)for d in $(LIB) $(O); do test $$d = lib || test ! -d $$d || rmdir $$d 2> /dev/null || \
	  { echo "$$d is kept, it holds what was not built here:"; ls -A $$d; }; done

# Definitions of functions whose names are built by macros: lpl_update is PUB(lpl_update) in the source, and ctags is
# told so.
tags: ## tags for editors (Universal Ctags), lpl_update and lpl_update_f64 included
	ctags -R --languages=C --kinds-C=+p -D 'PUB(name)=name' -D 'R(name)=name' -D 'K(name)=name' -D LPL_API= -f \
	  tags include src examples tests bench
compile_commands.json: FORCE ## for clangd and other tools: how each source is compiled
	@$(PYTHON) tests/tools/compile_commands.py $(call quoted,$(CURDIR)) $(call quoted,$(CC)) \
	  $(call quoted,$(BASE) $(CPPFLAGS) $(CFLAGS) $(NUMERIC)) $(SRC) > $@
	@echo $@

FORCE:
.PHONY: tags FORCE all examples lpl-demo lpl-recut demo worlds bench golden mpi check check-fast check-long \
        check-movies \
        check-mpi check-verdicts \
        check-cross check-cross-long \
  check-emulated \
        check-emulated-long check-valgrind sanitize sanitize-short check-sanitized valgrind coverage lint format \
        format-check docs man site check-site wasm check-wasm abi-baseline abi-check map \
        api api-check check-embedded check-options embedded-table install install-strip uninstall installcheck \
        check-install check-deb recipes check-recipes link-line wheel check-wheel check-julia dist distcheck \
        help clean distclean
endif
