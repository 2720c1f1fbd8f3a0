# tests/fuzz/fuzz.mk - targets fuzz (clang's libFuzzer, FUZZ_TIME seconds a target) and fuzz-replay (any compiler, part
# of check). Included by the Makefile; uses its O, LIB, CC, BLIS_LINK. docs/state.md, "Fuzzing", says what the targets
# check.
FUZZ_TIME ?= 60
FUZZ_CC ?= clang
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_HEADERS := tests/fuzz/fuzz.h tests/fuzz/state.h tests/fuzz/layers.h tests/fuzz/spiking.h tests/common/memfile.h
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined

# What libFuzzer has found of new branches, kept from one time to the next: tests/fuzz/corpus/TARGET.tar.gz, replayed by
# check, and where `make fuzz` starts. fuzz_unpack(target, folder)
FUZZ_KEPT := $(filter $(FUZZ_TARGETS),$(patsubst tests/fuzz/corpus/%.tar.gz,%,$(wildcard tests/fuzz/corpus/*.tar.gz)))
fuzz_unpack = rm -rf $(2) && mkdir -p $(2) && tar -xzf tests/fuzz/corpus/$(1).tar.gz -C $(2)

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
	  test ! -e tests/fuzz/corpus/$$t.tar.gz || tar -xzf tests/fuzz/corpus/$$t.tar.gz -C $(O)/fuzz/corpus_$$t; \
	  $(FUZZ_CC) -std=gnu11 $(FUZZ_FLAGS) $(NUMERIC) -fsanitize=fuzzer -Iinclude -Isrc -Itests \
	  tests/fuzz/fuzz_$$t.c $(O)/fuzz/lib/lib/liblpl.a -o $(O)/fuzz/fuzz_$$t \
	    $(BLIS_LINK) -lm; \
	  case $$t in *state) more=tests/fuzz/attacks;; *) more=;; esac; \
	  (cd $(O)/fuzz && ./fuzz_$$t -max_total_time=$(FUZZ_TIME) -max_len=4096 corpus_$$t $${more:+$(CURDIR)/$$more}); done

# As few files of $(O)/fuzz/corpus_TARGET as reach every branch that all of them reach; small ones first. The same bytes
# for the same files.
fuzz-corpus: ## after make fuzz: its corpora, minimised, into tests/fuzz/corpus
	@set -e; mkdir -p tests/fuzz/corpus; for t in $(FUZZ_TARGETS); do \
	  rm -rf $(O)/fuzz/small_$$t; mkdir $(O)/fuzz/small_$$t; \
	  $(O)/fuzz/fuzz_$$t -merge=1 -use_counters=0 -max_len=4096 $(O)/fuzz/small_$$t $(O)/fuzz/corpus_$$t \
	    2> $(O)/fuzz/small_$$t.log; \
	  ls $(O)/fuzz/small_$$t | tar --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=644 -C $(O)/fuzz/small_$$t \
	    -T - -c | gzip -n -9 > tests/fuzz/corpus/$$t.tar.gz; \
	  echo "$$t: $$(ls $(O)/fuzz/corpus_$$t | wc -l) files, $$(ls $(O)/fuzz/small_$$t | wc -l) kept"; done

.PHONY: fuzz fuzz-corpus fuzz-replay
