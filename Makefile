# consentmq: one Makefile, out of tree, no recursion.
#
#   make            build everything          make demo    the whole story in a minute
#   make test       every test                make up      the local stack, kept running
#   make bench      measure                   make down    stop it
#   make faults     break everything, once    make crash-test  kill everything, at random
#   make mutants    do the tests notice old mistakes?
#   make sbom       what the programs are made of, as SPDX
#   make hostile    2,000 hostile connections of each kind, and what others notice
#   make fuzz       TIME=60: each fuzz target for so many seconds
#
#   MODE=debug|release|asan|tsan|coverage     BROKER=embedded|apache
#
# Layout: common/<layer>/*.c become one archive a layer, services/<name>/*.c one program, each
# with its folders by subject (common/<layer>/<subject>/*.c). tests/unit/*.c and tests/property/*.c one test program each, tests/fuzz/*.c one target each.

MODE   ?= release
BROKER ?= embedded
PREFIX ?= /usr/local
CC     ?= cc
CCACHE ?= $(shell command -v ccache 2>/dev/null)
B      := build/$(MODE)
# Scripts are told the mode and the broker by the environment.
export MODE BROKER

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wcast-align=strict -Wundef \
	-Wvla -Wformat=2 -Wno-format-zero-length -Wnull-dereference -Wswitch-enum -Werror
ifneq (,$(findstring clang,$(CC)))
WARN := $(subst -Wcast-align=strict,-Wcast-align,$(WARN)) -Wimplicit-fallthrough \
	-Wno-null-dereference
else
WARN += -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wimplicit-fallthrough=5
endif

HARDEN          := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE \
	-fno-delete-null-pointer-checks
ifeq (,$(findstring clang,$(CC)))
HARDEN          += -ftrivial-auto-var-init=zero
endif
CFLAGS_debug    := -O0 -g3 $(HARDEN)
CFLAGS_release  := -O2 -g -D_FORTIFY_SOURCE=3 $(HARDEN)
CFLAGS_asan     := -O1 -g3 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -fPIE
CFLAGS_tsan     := -O1 -g3 -fno-omit-frame-pointer -fsanitize=thread -fPIE
# For tests/fuzz/run, with CC=clang.
CFLAGS_fuzz     := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
CFLAGS_coverage := -O0 -g3 --coverage -fPIE
LDFLAGS_asan    := -fsanitize=address,undefined
LDFLAGS_tsan    := -fsanitize=thread
LDFLAGS_coverage := --coverage

# asan's instrumentation makes -Wnull-dereference see paths that are not there
ifneq (,$(filter asan tsan coverage fuzz,$(MODE)))
WARN += -Wno-null-dereference
endif

PQ_INC   := -isystem $(shell pg_config --includedir 2>/dev/null || echo /usr/include/postgresql)
CPPFLAGS := -D_GNU_SOURCE -Icommon $(PQ_INC)
MAIL_LIBS := $(shell pkg-config --libs gmime-3.0 libxml-2.0 2>/dev/null)
CFLAGS   := -std=c11 $(CFLAGS_$(MODE)) $(WARN) $(EXTRA_CFLAGS)
LDFLAGS  := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS_$(MODE)) $(EXTRA_LDFLAGS)
LDLIBS   := -lrdkafka -lpq -ljansson -luuid -lssl -lcrypto -licuuc -lunistring -lmicrohttpd -lgnutls \
	-lzstd -lz -lexpat -lcurl -lcjose $(MAIL_LIBS) -lpthread -lm

# The layers, users before what they use: the linker reads the archives in this order.
LAYERS   := fetch intake change forget scrub sheet book export vault archive keying filter mail http kafka store pg codec core proof crypto ident base
# The C files of a folder, and of its subjects.
c_files   = $(wildcard $(1)/*.c $(1)/*/*.c)
LIBS     := $(LAYERS:%=$(B)/lib/lib%.a)
SERVICES := $(notdir $(patsubst %/,%,$(dir $(wildcard services/*/main.c))))
program   = $(if $(filter consentctl,$(1)),consentctl,consent-$(1))
PROGRAMS := $(foreach s,$(SERVICES),$(B)/bin/$(call program,$(s)))
UNIT     := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/unit/*.c tests/property/*.c))
BENCH    := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
TOOLS    := $(patsubst tests/tools/%.c,$(B)/tools/%,$(wildcard tests/tools/*.c))
SOURCES  := $(call c_files,common/*) $(call c_files,services/*) $(wildcard tests/unit/*.c tests/property/*.c \
	tests/bench/*.c tests/tools/*.c tests/fuzz/*.c)
HEADERS  := $(wildcard common/*/*.h common/*/*/*.h services/*/*.h services/*/*/*.h tests/*/*.h)

all: $(PROGRAMS) $(BENCH) $(TOOLS)

.SECONDARY:
.SUFFIXES:
.PHONY: all unit libs print-ldlibs demo test coverage up down bench growth fuzz hostile sbom crash-test tamper canary lint format \
	analyze install uninstall deb deb-check systemd-check \
	dist clean compile_commands.json deps
.DELETE_ON_ERROR:

# GLib's and libxml2's headers are for the layer that reads mail alone.
$(B)/obj/common/mail/%.o: CPPFLAGS += $(subst -I,-isystem ,$(shell pkg-config --cflags gmime-3.0 libxml-2.0 2>/dev/null))

$(B)/obj/tests/unit/doctor_%.o: CPPFLAGS += -Iservices/consentctl

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CCACHE) $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# Programs know which migrations they were built with: common/store/operate/schema.h.
SCHEMA_NUMBERS := $(shell ls schemas/sql | sed -n 's/^0*\([1-9][0-9]*\)_.*\.sql$$/\1/p' | paste -sd,)
SCHEMA_DEFINE  := -DSCHEMA_NUMBERS=$(SCHEMA_NUMBERS)
$(B)/obj/common/store/operate/schema.o: CPPFLAGS += $(SCHEMA_DEFINE)
$(B)/obj/common/store/operate/schema.o: schemas/sql

# So are the dictionaries that events are compressed with.
$(B)/obj/common/crypto/event_pack.o: $(wildcard schemas/events/dict-*.zstd)

# Chart.js as Debian has it: for the console's pictures, which it does without elsewhere.
CHART := $(wildcard /usr/share/javascript/chart.js/chart.min.js)

# And the table of rights that doctor compares with.
$(B)/obj/services/consentctl/operate/doctor_rights.o: tests/golden/rights.tsv

# The console's files are in the program: see services/lookup/console/console.c.
$(B)/obj/services/lookup/console/console.o: $(wildcard services/lookup/console/*) $(CHART)
$(B)/obj/services/lookup/console/console.o: CPPFLAGS += $(CHART:%=-DCONSOLE_CHART='"%"')

# And what stands in each evidence pack.
$(B)/obj/common/export/evidence.o: schemas/proof/verify.py

# And the API reference, whose pages are made from schemas/.
REFERENCE := services/lookup/reference
$(B)/reference/index.html: $(REFERENCE)/render.py $(wildcard schemas/*.yaml schemas/events/*.json schemas/examples/*.jsonl)
	@mkdir -p $(@D)
	/usr/bin/python3 -B $< $(@D)
$(B)/obj/$(REFERENCE)/reference.o: $(B)/reference/index.html $(REFERENCE)/reference.css
$(B)/obj/$(REFERENCE)/reference.o: CPPFLAGS += -DREFERENCE_DIR='"$(B)/reference"'

define layer
$(B)/lib/lib$(1).a: $(patsubst %.c,$(B)/obj/%.o,$(call c_files,common/$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer,$(l))))

# Within a service, a header is named from the service's own folder.
define service
$(B)/obj/services/$(1)/%.o: CPPFLAGS += -Iservices/$(1)
$(B)/bin/$(call program,$(1)): $(patsubst %.c,$(B)/obj/%.o,$(call c_files,services/$(1))) $(LIBS)
	@mkdir -p $$(@D)
	$(CC) $(LDFLAGS) $$^ $$(LDLIBS) -o $$@
endef
$(foreach s,$(SERVICES),$(eval $(call service,$(s))))

# The broker changes how long librdkafka's own waits (join_soon.c, answer_soon.c), so it has a
# copy of it.
$(B)/bin/consent-devbroker: LDLIBS := -Wl,--wrap=rd_kafka_timer_start0,--wrap=listen -l:librdkafka.a \
	-l:libsasl2.so.2 -l:liblz4.so.1 $(filter-out -lrdkafka,$(LDLIBS))

$(B)/tests/%: $(B)/obj/tests/%.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -lcriterion -o $@

$(B)/bench/%: $(B)/obj/tests/bench/%.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/tools/%: $(B)/obj/tests/tools/%.o $(LIBS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LDLIBS) -o $@

unit: $(UNIT)
libs: $(LIBS)
print-ldlibs:
	@echo $(LDLIBS)

# --- the two commands, and their relatives: see deploy/README.md and tests/README.md ---
# deploy/deps installs what is missing; the build starts only after it.
deps:
	@deploy/deps build

demo: deps
	@echo "Building ..."
	@$(MAKE) -s --no-print-directory all
	@deploy/demo

up: deps
	@echo "Building ..."
	@$(MAKE) -s --no-print-directory all
	@deploy/up

down:
	@deploy/down

test:
	@deploy/deps build test
	@tests/run

# What ran before must not count for what runs now.
coverage:
	@deploy/deps build test
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	@MODE=coverage tests/run unit property coverage

bench:
	@deploy/deps build test
	@$(MAKE) --no-print-directory all
	@tests/bench/run

# Long: as fast with many events as with none? THERE=2000000 make growth
growth: all
	@deploy/deps build test
	@tests/bench/run --only growth --rounds 2 --there $(or $(THERE),10000000) \
		--events $(or $(EVENTS),300000)

sbom: all
	@deploy/sbom $(PROGRAMS) > build/consentmq.spdx.json
	@echo build/consentmq.spdx.json

hostile:
	@deploy/deps build test
	@$(MAKE) -s --no-print-directory all
	@HOSTILE=2000 /usr/bin/python3 -B -m pytest -q -s -p no:cacheprovider tests/integration/test_hostile.py

TIME ?= 60
fuzz:
	@deploy/deps build test
	@tests/fuzz/run --all $(TIME)

tamper:
	@deploy/deps build test
	@$(MAKE) --no-print-directory all
	@TAMPER=1000 /usr/bin/python3 -B -m pytest -q -p no:cacheprovider tests/integration/test_proof.py -k owns_the_database

canary:
	@deploy/deps build test
	@$(MAKE) --no-print-directory all
	@CANARY=1000 /usr/bin/python3 -B -m pytest -q -p no:cacheprovider tests/integration/test_canary.py

crash-test:
	@deploy/deps build test
	@$(MAKE) --no-print-directory all
	@tests/fault/crash-test --long

lint:
	@tests/lint/run

format:
	clang-format -i $(SOURCES) $(HEADERS)

analyze:
	@tests/lint/analyze

compile_commands.json:
	@tests/lint/compile-commands "$(CC)" "$(CPPFLAGS) $(SCHEMA_DEFINE) $(CFLAGS)" $(SOURCES) > $@

install: all
	@B=$(B) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) deploy/install

uninstall: all
	@B=$(B) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) deploy/install --remove

# A Debian package in build/deb; deb-check also installs it in a fresh system (as root).
deb:
	@deploy/deps build package
	@deploy/package

deb-check:
	@deploy/deps build package
	@deploy/package --check

# The package on a machine of its own that boots systemd (as root): see tests/fault/machine.
systemd-check:
	@BROKER=apache deploy/deps build package machine
	@deploy/package
	@tests/fault/machine

dist:
	@mkdir -p build
	git archive --prefix=consentmq/ HEAD | gzip -n > build/consentmq.tar.gz

clean:
	rm -rf build/debug build/release build/asan build/tsan build/coverage build/fuzz

# --- tests that take long: see tests/README.md ---
.PHONY: faults mutants restore-drill upgrade-test image image-test

faults:
	@BROKER=apache deploy/deps build test drill
	@$(MAKE) --no-print-directory all
	@tests/fault/matrix --long
	@tests/fault/upgrade

restore-drill:
	@BROKER=apache deploy/deps build test drill
	@$(MAKE) --no-print-directory all
	@tests/fault/matrix --only backup

upgrade-test:
	@BROKER=apache deploy/deps build test
	@$(MAKE) --no-print-directory all
	@tests/fault/upgrade

image: all
	@deploy/deps image
	@deploy/containers/image

image-test: image
	@deploy/deps build test engine
	@tests/fault/containers

mutants:
	@deploy/deps build test
	@$(MAKE) --no-print-directory all unit
	@tests/mutants/run

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
