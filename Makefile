# SPDX-License-Identifier: GPL-2.0
# The targets for users; make help lists them. Kbuild describes the module.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.NOTPARALLEL:

ifneq ($(words $(CURDIR)),1)
$(error the path of this clone has a space in it, and the kernel's build fails with one)
endif
# A pipe fails if one of its commands fails.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c

Q := $(if $(filter 1,$(V)),,@)
# All tests run on both kernels, but tests by name only on one, which is quicker.
check_kernels := $(or $(KERNEL),$(if $(T),release,release debug))
KERNEL ?= release
PREFIX ?= /usr/local
build := $(CURDIR)/build

# The guest's variables. make expands nothing in their values.
variables := $(shell tools/vm/vm options | cut -d '|' -f 1) KDIR CMD
# A variable on the command line that nothing reads is a typing error. Variables of the
# compiler and of the kernel's build are accepted as well.
known := $(variables) T V SEED PROFILE PREFIX DESTDIR XDG_CACHE_HOME
builds := ARCH CROSS_COMPILE LLVM% CC LD AR CLANG PKG_CONFIG% HOST% %CFLAGS %LDFLAGS KBUILD_% CONFIG_% INSTALL_% MAKE% SHELL W C
given := $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v))
unknown := $(firstword $(filter-out $(known) $(builds),$(given)))
ifdef unknown
nearest := $(shell tools/nearest '$(unknown)' $(known))
$(error there is no variable $(unknown)$(if $(nearest),; is $(nearest) meant?,: make help lists those of the guest))
endif
$(foreach v,$(variables),$(if $(value $v),$(eval override $v := $$(value $v))$(eval export $v)))

#: make demo      install packages, build, boot a guest, copy 64 MiB through the device
#: make check     run every test, on both kernels; T=name: one, on the release kernel
#: make check-long
#:                run the long form of the tests, and all guest tests on the
#:                simulator too, with MSI, with INTx and behind an IOMMU
#: make shell     boot a guest to type into
#: make guest CMD='...' [FILES='...']
#:                run one shell command in a guest. When it fails make prints its
#:                exit status and exits with 2; tools/vm/vm run '...', after make
#:                modules tools, exits with the command's own status
.PHONY: help demo check check-long shell guest packages
help:
	$(Q)sed -n 's/^#: //p' Makefile
	$(Q)printf '\nVariables of demo, check, shell, guest and bench, and their defaults:\n'
	$(Q)tools/vm/vm options | awk -F '|' '{ printf "  %-10s %-20s %s\n", $$1, $$2, $$3 }'

# With SIM=1 the guests' devices are those of educma-sim.
sim := $(if $(filter-out 0,$(SIM)),sim)

demo: packages modules tools $(sim)
	$(Q)tools/vm/demo

check:
	$(Q)tools/packages check
	$(Q)KERNELS='$(check_kernels)' tests/run $(T)

check-long:
	$(Q)tools/packages check
	$(Q)LENGTH=long KERNELS='$(check_kernels)' tests/run $(T)

shell: packages modules tools $(sim)
	$(Q)tools/vm/vm shell

guest: packages modules tools $(sim)
	$(Q)[ -n "$$CMD" ] || { echo "make guest needs CMD='...'; to type into a guest use make shell" >&2; exit 2; }
	$(Q)tools/vm/vm run "$$CMD"

packages:
	$(Q)tools/packages demo

#: make bench     measure instructions, register accesses and memory of the driver;
#:                T=name: one row or group of tests/bench --list; PROFILE=1: the
#:                functions that a chunk costs most
#: make coverage  run the guest tests on a kernel that counts the lines of the driver
#:                that run; print the lines that never ran, and fail below 97 of
#:                100; T=name: for these tests alone
#: make lint      run the static checks only
.PHONY: bench coverage lint
bench:
	$(Q)tools/packages check
	$(Q)$(MAKE) modules tools KERNEL=release
	$(Q)$(MAKE) -s -C tests/guest/programs O=$(build)/tests
	$(Q)tests/modules release
	$(Q)PROFILE=$(PROFILE) tests/bench $(T)

coverage:
	$(Q)tools/packages check
	$(Q)COVERAGE=1 KERNELS=gcov tests/run $(T)

lint:
	$(Q)tools/packages check
	$(Q)$(MAKE) kernel KERNEL=release
	$(Q)tests/lint

#: make kernel    build the kernel KERNEL=release|debug|gcov, once, into the cache
#: make modules   build educma.ko for KERNEL, or for your own kernel's KDIR=
#:                (/lib/modules/$(uname -r)/build)
#: make tools     build the command build/educma and the tools of tools/vm
#: make sim       build the simulated device build/educma-sim (SIM=1 in a guest)
#: make man       build the manual pages in build/man
#: make install   install module, command and library, headers, manual pages, the schema
#:                of --json and bash completion on this machine (KDIR=, PREFIX=, DESTDIR=)
#: make clean     remove build/, but not the cache ~/.cache/educma
.PHONY: kernel modules tools man sim install clean
kernel:
	$(Q)dir=$$(tools/kernel/build $(KERNEL)) && \
		$(if $(filter kernel,$(MAKECMDGOALS)),echo "KDIR=$$dir (bzImage lies in it)",:)

# Each kernel has its own copy of the sources, so that no build overwrites another's
# objects. rsync compares checksums, so an unchanged file is not compiled again. The
# builds print to stderr, because the output of make guest is that of CMD.
release = $(shell cut -d '"' -f 2 $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
name = $(if $(KDIR),$(or $(release),$(error KDIR=$(KDIR) is not a configured kernel)),$(KERNEL))
module = $(build)/mod-$(name)
kdir = $(or $(KDIR),$(shell tools/kernel/build --print-dir $(KERNEL)),$(error there is no kernel to build for; a bzImage needs its KDIR=))
# Two makes in one clone wait for each other.
alone := mkdir -p $(build) && flock $(build)/.lock
objects := --exclude='*.o' --exclude='.*' --exclude='*.mod*' --exclude='*.gcno'
# On the kernel gcov the module counts how often each of its lines runs.
profile := $(if $(KDIR),,$(if $(filter gcov,$(KERNEL)),GCOV_PROFILE=y))

modules: $(if $(KDIR),,kernel)
	$(Q)mkdir -p $(module)
	$(Q)$(alone) rsync -rlp --checksum --delete $(objects) Kbuild drivers include $(module)/
	$(Q)$(alone) $(MAKE) $(if $(Q),-s) -C $(kdir) M=$(module) $(profile) modules 2>&1 | sed -u 's|$(module)/||' >&2
	$(Q)echo "$(module:$(CURDIR)/%=%)/educma.ko is built" >&2

tools:
	$(Q)$(alone) $(MAKE) $(if $(Q),-s) -C tools/educma O=$(build) >&2
	$(Q)$(alone) $(MAKE) $(if $(Q),-s) -C tools/vm O=$(build) >&2

man:
	$(Q)$(alone) $(MAKE) $(if $(Q),-s) -C tools/educma O=$(build) man >&2

sim:
	$(Q)$(alone) $(MAKE) $(if $(Q),-s) -C firmware-sim O=$(build)/firmware-sim >&2
	$(Q)ln -sf firmware-sim/educma-sim $(build)/educma-sim

install: KDIR ?= /lib/modules/$(shell uname -r)/build
install: modules tools
	$(Q)$(MAKE) $(if $(Q),-s) -C $(KDIR) M=$(module) INSTALL_MOD_PATH=$(DESTDIR) \
		CONFIG_MODULE_SIG_ALL= DEPMOD=true modules_install
	$(Q)[ -n "$(DESTDIR)" ] || depmod $(name)
	$(Q)$(MAKE) $(if $(Q),-s) -C tools/educma O=$(build) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install

clean:
	$(Q)rm -rf $(build)
