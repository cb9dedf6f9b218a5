// SPDX-License-Identifier: GPL-2.0
/* Finds devices, and what sysfs says about them. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "educma_regs.h"
#include "libeducma.h"
#include "sysfs.h"

#define CLASS_DIR	"/sys/class/educma"
#define PCI_DEVICES	"/sys/bus/pci/devices"
#define PCI_DRIVER	"/sys/bus/pci/drivers/educma"

/* Takes "0000:00:04.0", and nothing else: other names are no PCI functions. */
static bool is_pci_address(const char *name)
{
	const size_t domain = strspn(name, "0123456789abcdef");

	return domain >= 4 && domain <= 8 && strlen(name) == domain + 8 &&
	       strspn(name + domain + 1, "0123456789abcdef") == 2 &&
	       strspn(name + domain + 4, "0123456789abcdef") == 2 &&
	       name[domain] == ':' && name[domain + 3] == ':' &&
	       name[domain + 6] == '.' && name[domain + 7] >= '0' &&
	       name[domain + 7] <= '7';
}

static int fill_pci(const char *sysroot, struct educma_entry *entry)
{
	int err;

	if (!is_pci_address(entry->pci))
		return -EINVAL;
	entry->sysroot = sysroot;
	err = path_format(entry->pci_dir, sizeof(entry->pci_dir),
			  PCI_DEVICES "/%s", entry->pci);
	if (err)
		return err;
	if (sysfs_link_name(sysroot, entry->pci_dir, "driver", entry->driver,
			    sizeof(entry->driver)))
		entry->driver[0] = '\0';
	return 0;
}

static int fill_entry(const char *sysroot, struct educma_entry *entry)
{
	char link[sizeof(entry->name) + sizeof("/device")];
	int err;

	err = path_format(link, sizeof(link), "%s/device", entry->name);
	if (!err)
		err = sysfs_link_name(sysroot, CLASS_DIR, link, entry->pci,
				      sizeof(entry->pci));
	if (!err)
		err = path_format(entry->node, sizeof(entry->node), "/dev/%s",
				  entry->name);
	return err ? err : fill_pci(sysroot, entry);
}

/* Takes "educma12", but nothing behind the number. */
static bool parse_name(const char *name, struct educma_entry *entry)
{
	int used = 0;

	return sscanf(name, "educma%u%n", &entry->index, &used) == 1 &&
	       !name[used] &&
	       !path_format(entry->name, sizeof(entry->name), "%s", name);
}

static int by_index(const void *a, const void *b)
{
	const struct educma_entry *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static int append(struct educma_entry **list, size_t *count,
		  const struct educma_entry *entry)
{
	struct educma_entry *grown;

	grown = realloc(*list, (*count + 1) * sizeof(**list));
	if (!grown)
		return -ENOMEM;
	grown[(*count)++] = *entry;
	*list = grown;
	return 0;
}

static int scan_class(DIR *dir, const char *sysroot,
		      struct educma_entry **list, size_t *count)
{
	struct educma_entry entry;
	struct dirent *d;
	int err = 0;

	while (!err && (d = readdir(dir))) {
		/* A device that is removed at this moment is left out. */
		if (parse_name(d->d_name, &entry) &&
		    !fill_entry(sysroot, &entry))
			err = append(list, count, &entry);
	}
	return err;
}

int educma_list(const char *sysroot, struct educma_entry **list, size_t *count)
{
	DIR *dir;
	int err;

	*list = NULL;
	*count = 0;
	dir = sysfs_opendir(sysroot, CLASS_DIR);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	err = scan_class(dir, sysroot, list, count);
	closedir(dir);
	if (err) {
		free(*list);
		return err;
	}
	if (*count)
		qsort(*list, *count, sizeof(**list), by_index);
	return 0;
}

static bool is_index(const char *which)
{
	return *which && strspn(which, "0123456789") == strlen(which);
}

static bool matches(const struct educma_entry *entry, const char *which)
{
	static const char domain[] = "0000:";

	if (!which)
		return true;
	if (is_index(which))
		return strtoul(which, NULL, 10) == entry->index;
	if (*entry->name &&
	    (!strcmp(which, entry->name) || !strcmp(which, entry->node)))
		return true;
	if (!strcasecmp(which, entry->pci))
		return true;
	return !strncmp(entry->pci, domain, strlen(domain)) &&
	       !strcasecmp(which, entry->pci + strlen(domain));
}

static int pick(struct educma_entry *list, size_t count, const char *which,
		struct educma_entry *entry)
{
	int err = count ? -ENOENT : -ENODEV;
	size_t i;

	for (i = 0; err && i < count; i++) {
		if (matches(&list[i], which)) {
			*entry = list[i];
			err = 0;
		}
	}
	free(list);
	return err;
}

int educma_find(const char *sysroot, const char *which,
		struct educma_entry *entry)
{
	struct educma_entry *list;
	size_t count;
	int err;

	err = educma_list(sysroot, &list, &count);
	return err ? err : pick(list, count, which, entry);
}

static bool pci_id_is(const char *sysroot, const char *bdf, const char *name,
		      uint64_t wanted)
{
	char path[PATH_MAX];
	uint64_t id;

	return !path_format(path, sizeof(path), PCI_DEVICES "/%s", bdf) &&
	       !sysfs_read_u64(sysroot, path, name, &id) && id == wanted;
}

/*
 * Fills in @entry if the PCI function is an edu which educma is not bound to. The
 * files are read in the order in which they rule most functions out.
 */
static bool is_unbound(const char *sysroot, struct educma_entry *entry)
{
	return pci_id_is(sysroot, entry->pci, "vendor", EDU_VENDOR_ID) &&
	       !fill_pci(sysroot, entry) && strcmp(entry->driver, "educma") &&
	       pci_id_is(sysroot, entry->pci, "device", EDU_DEVICE_ID);
}

/* Returns false if no PCI function has such a name. */
static bool name_pci(struct educma_entry *entry, const char *name)
{
	*entry = (struct educma_entry){ .index = UINT_MAX };
	return !path_format(entry->pci, sizeof(entry->pci), "%s", name);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/**
 * struct functions - the PCI functions of a machine
 * @name: their addresses
 * @count: how many there are
 * @bound: the entries of the directory of the driver educma; those that are PCI
 *	addresses are bound to it
 * @bound_count: how many these are; a tree may lack them
 */
struct functions {
	char **name;
	int count;
	char **bound;
	int bound_count;
};

/* Returns 0, or a negative errno: then there is nothing to be freed. */
static int list_functions(const char *sysroot, struct functions *all)
{
	all->count = sysfs_list(sysroot, PCI_DEVICES, &all->name);
	if (all->count < 0)
		return all->count;
	all->bound_count = sysfs_list(sysroot, PCI_DRIVER, &all->bound);
	if (all->bound_count < 0)
		all->bound_count = 0;
	return 0;
}

static void free_functions(struct functions *all)
{
	sysfs_free_list(all->name, all->count);
	sysfs_free_list(all->bound, all->bound_count);
}

static bool is_listed_as_bound(const struct functions *all, char *name)
{
	return all->bound_count &&
	       bsearch(&name, all->bound, all->bound_count, sizeof(name),
		       compare_names);
}

int educma_list_unbound(const char *sysroot, struct educma_entry **list,
			size_t *count)
{
	struct educma_entry entry;
	struct functions all;
	int i, err;

	*list = NULL;
	*count = 0;
	err = list_functions(sysroot, &all);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (i = 0; !err && i < all.count; i++) {
		if (!is_listed_as_bound(&all, all.name[i]) &&
		    name_pci(&entry, all.name[i]) && is_unbound(sysroot, &entry))
			err = append(list, count, &entry);
	}
	free_functions(&all);
	if (err)
		free(*list);
	return err;
}

/* The names are sorted, so the files of the functions behind it are not read. */
int educma_find_unbound(const char *sysroot, const char *which,
			struct educma_entry *entry)
{
	int names, i, err = -ENODEV;
	char **name;

	names = sysfs_list(sysroot, PCI_DEVICES, &name);
	if (names < 0)
		return names == -ENOENT ? -ENODEV : names;
	for (i = 0; err && i < names; i++) {
		if (name_pci(entry, name[i]) && matches(entry, which) &&
		    is_unbound(sysroot, entry))
			err = 0;
	}
	sysfs_free_list(name, names);
	return err;
}

int educma_dma_bits(const struct educma_entry *entry, uint64_t *bits)
{
	int err;

	err = sysfs_read_u64(entry->sysroot, entry->pci_dir,
			     "consistent_dma_mask_bits", bits);
	return err || *bits <= 64 ? err : -EINVAL;
}
