# liblpl: one plain GNU Makefile, no configure step. `make help` lists the targets, docs/building.md explains them.
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
all:

O ?= build
CC = $(CROSS_COMPILE)gcc
AR = $(CROSS_COMPILE)ar
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
TARGET := $(shell $(CC) -dumpmachine)
X86 := $(if $(filter x86_64% i%86%,$(TARGET)),1)

V_ := $(shell sed -n 's/^.define LPL_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\)/\2/p' include/lpl/version.h)
VERSION := $(word 1,$(V_)).$(word 2,$(V_)).$(word 3,$(V_))
SOVERSION := $(if $(filter 0,$(word 1,$(V_))),0.$(word 2,$(V_)),$(word 1,$(V_)))
LIB := $(if $(filter build,$(O)),lib,$(O)/lib)

BLIS_LIBS ?= -lblis
BASE = -std=c11 -fPIC -fvisibility=hidden -ffp-contract=off -ffile-prefix-map=$(CURDIR)=. -Wall -Wextra -Iinclude -Isrc -DLPL_BUILDING \
       $(if $(X86),-DLPLI_HAVE_X86_KERNELS) $(if $(filter no,$(OPENMP)),,-fopenmp)
KERNEL = -O3 -fno-trapping-math -fno-math-errno
ISA_avx2 = -mavx2
ISA_avx512 = -mavx512f -mavx512dq
ISAS = ref $(if $(X86),avx2 avx512)

SRC := $(sort $(wildcard src/*/*.c))
KER := $(filter %_kernel.c,$(SRC))
UKR := $(filter %_ukr.c,$(SRC))
REAL := $(filter %_real.c,$(SRC))
PLAIN := $(filter-out $(KER) $(UKR) $(REAL),$(SRC))
OBJ := $(PLAIN:%.c=$(O)/%.o) $(foreach t,f32 f64,$(REAL:%.c=$(O)/%.$t.o) $(foreach i,$(ISAS),$(KER:%.c=$(O)/%.$t.$i.o)) \
       $(if $(X86),$(foreach i,avx2 avx512,$(UKR:%.c=$(O)/%.$t.$i.o))))
COMPILE = @mkdir -p $(@D); echo "  CC $@"; $(CC) $(BASE) -MMD -MP $(CPPFLAGS)
$(O)/%.o: %.c
	$(COMPILE) -O2 $(CFLAGS) -c $< -o $@
$(O)/src/linalg/blas.o: src/linalg/blas.c
	$(COMPILE) -O2 -DLPLI_BLIS_EXPERT '-DLPLI_BLIS_BUILD_VERSION="0.9.0"' $(CFLAGS) -c $< -o $@
define typed
$(O)/%.$(1).o: %.c
	$$(COMPILE) -O2 $(2) $$(CFLAGS) -c $$< -o $$@
$(foreach i,ref avx2 avx512,
$(O)/%_kernel.$(1).$(i).o: %_kernel.c
	$$(COMPILE) $(2) $$(CFLAGS) $$(KERNEL) -DLPLI_ISA_NAME=$(i) $$(ISA_$(i)) -c $$< -o $$@
$(O)/%_ukr.$(1).$(i).o: %_ukr.c
	$$(COMPILE) $(2) $$(CFLAGS) $$(KERNEL) -DLPLI_ISA_NAME=$(i) $$(ISA_$(i)) -mfma -ffp-contract=fast -c $$< -o $$@
)
endef
$(eval $(call typed,f32,))
$(eval $(call typed,f64,-DLPLI_F64))

all: $(LIB)/liblpl.a $(LIB)/liblpl.so
$(LIB)/liblpl.a: $(OBJ)
	@mkdir -p $(@D); rm -f $@; echo "  AR $@"; $(AR) rcsD $@ $(OBJ)
$(LIB)/liblpl.so: $(OBJ)
	@echo "  LD $@"; $(CC) -shared -Wl,-soname,liblpl.so.$(SOVERSION) -Wl,--as-needed $(if $(filter no,$(OPENMP)),,-fopenmp) $(LDFLAGS) $(OBJ) $(BLIS_LIBS) -lm -o $(LIB)/liblpl.so.$(VERSION)
	@ln -sf liblpl.so.$(VERSION) $(LIB)/liblpl.so.$(SOVERSION); ln -sf liblpl.so.$(SOVERSION) $@

TESTS := $(patsubst tests/%.c,$(O)/tests/%,$(sort $(wildcard tests/test_*.c)))
$(O)/tests/test_%: tests/test_%.c $(LIB)/liblpl.a
	@mkdir -p $(@D); echo "  CC $@"; $(CC) -std=gnu11 -O1 -g -Wall -ffp-contract=off -fopenmp $(if $(X86),-DLPLI_HAVE_X86_KERNELS) -Iinclude -Isrc -Itests $< $(LIB)/liblpl.a -o $@ `$(PKG_CONFIG) --cflags --libs check` $(BLIS_LIBS) -lm
check: $(TESTS)
	@for t in $(TESTS); do $$t || f=1; done; test -z "$$f"
-include $(shell find $(O) -name '*.d' 2>/dev/null)
.PHONY: all check
