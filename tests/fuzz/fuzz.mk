# tests/fuzz/fuzz.mk - targets fuzz (clang's libFuzzer, FUZZ_TIME seconds a target) and fuzz-replay (any compiler, part
# of check). Included by the Makefile; uses its O, LIB, CC, BLIS_LINK. docs/state.md, "Fuzzing", says what the targets
# check.
FUZZ_TIME ?= 60
FUZZ_CC ?= clang
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_HEADERS := tests/fuzz/fuzz.h tests/fuzz/state.h tests/fuzz/layers.h tests/fuzz/spiking.h tests/common/memfile.h
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined

$(O)/fuzz/replay_%: tests/fuzz/fuzz_%.c tests/fuzz/replay.c $(FUZZ_HEADERS) $(LIB)/liblpl.a
	@mkdir -p $(@D); echo "  CC $@"; $(CC) -std=gnu11 -O1 -g -Wall -Wextra $(OPENMP_FLAG) -Iinclude -Isrc -Itests \
	  $(CPPFLAGS) $(CFLAGS) $(NUMERIC) $< tests/fuzz/replay.c $(LIB)/liblpl.a \
	  $(LDFLAGS) -o $@ $(BLIS_LINK) -lm

fuzz-replay: ## fuzz targets on random mutants and on tests/fuzz/attacks, without clang
fuzz-replay: $(FUZZ_TARGETS:%=$(O)/fuzz/replay_%)
	@set -e; cd $(O)/fuzz; for t in $(FUZZ_TARGETS); do ./replay_$$t; done
	@for t in $(filter %state,$(FUZZ_TARGETS)); do $(O)/fuzz/replay_$$t tests/fuzz/attacks/*.lpl; done

# The library once more, instrumented, in a folder of its own.
fuzz: $(FUZZ_TARGETS:%=$(O)/fuzz/replay_%) ## fuzz targets under libFuzzer with ASan and UBSan
	@$(MAKE) --no-print-directory O=$(O)/fuzz/lib CC=$(FUZZ_CC) OPENMP=no \
	  CFLAGS="$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link" $(O)/fuzz/lib/lib/liblpl.a
	@set -e; for t in $(FUZZ_TARGETS); do \
	  mkdir -p $(O)/fuzz/corpus_$$t; $(O)/fuzz/replay_$$t --make-corpus $(O)/fuzz/corpus_$$t; \
	  $(FUZZ_CC) -std=gnu11 $(FUZZ_FLAGS) $(NUMERIC) -fsanitize=fuzzer -Iinclude -Isrc -Itests \
	  tests/fuzz/fuzz_$$t.c $(O)/fuzz/lib/lib/liblpl.a -o $(O)/fuzz/fuzz_$$t \
	    $(BLIS_LINK) -lm; \
	  case $$t in *state) more=tests/fuzz/attacks;; *) more=;; esac; \
	  (cd $(O)/fuzz && ./fuzz_$$t -max_total_time=$(FUZZ_TIME) -max_len=4096 corpus_$$t $${more:+$(CURDIR)/$$more}); done

.PHONY: fuzz fuzz-replay
