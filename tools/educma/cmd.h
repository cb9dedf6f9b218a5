/* SPDX-License-Identifier: GPL-2.0 */
/* What the subcommands share: options, errors, output. */
#ifndef EDUCMA_CMD_H
#define EDUCMA_CMD_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <json-c/json.h>

#include "libeducma.h"
#include "reason.h"
#include "status.h"

/* A command's own long options without a short one count from here. */
#define OPTION_FIRST	256

struct context;

/**
 * struct command - a subcommand
 * @name: its name
 * @args: its operands and options, for the usage line
 * @summary: one line of help
 * @help: the rest of its help; may be NULL
 * @run: runs it with the command's name as argv[0]; returns an enum status
 * @more_help: prints tables of the command behind @help; may be NULL
 *
 * Manual pages and completion are made from these texts. So a list is indented,
 * and two spaces stand between an item and its description. The names of arguments
 * have a meaning for the completion: see completion.bash (FILE, DIR, ...).
 */
struct command {
	const char *name;
	const char *args;
	const char *summary;
	const char *help;
	int (*run)(struct context *ctx, int argc, char **argv);
	void (*more_help)(void);
};

/**
 * struct context - this run of the program
 * @commands: all subcommands, in the order of the help; the last one is NULL
 * @cmd: the subcommand; NULL until it is known
 * @device: the argument of -d or the operand DEVICE, or NULL
 * @sysroot: --sysroot, a directory; or "", this machine
 * @json: --json
 */
struct context {
	const struct command *const *commands;
	const struct command *cmd;
	const char *device;
	const char *sysroot;
	bool json;
};

/* The commands. Each stands, with its help, in the file that runs it. */
extern const struct command list_command;
extern const struct command info_command;
extern const struct command copy_command;
extern const struct command write_command;
extern const struct command read_command;
extern const struct command stat_command;
extern const struct command cma_command;
extern const struct command selftest_command;
extern const struct command bench_command;
extern const struct command doctor_command;
extern const struct command help_command;

/* options.c */

/**
 * next_option() - getopt_long() that handles the global options itself
 * @ctx: set to what the global options say
 * @argc: the command's
 * @argv: the command's
 * @shorts: the command's short options, as for getopt(3)
 * @longs: the command's long options, as for getopt_long(3), or NULL
 *
 * A bad option or --help ends the program, so parse options before a device is
 * opened.
 *
 * Returns the next option of the command, or -1 at the end.
 */
int next_option(struct context *ctx, int argc, char **argv, const char *shorts,
		const struct option *longs);

/* Checks the number of operands; ends the program if it is wrong. */
void expect_operands(const struct context *ctx, int argc, int min, int max);

/* Takes an operand as the device, like the argument of -d; more than one is bad. */
void device_operand(struct context *ctx, int argc, char **argv);

/* Parse an operand or an option's argument; end the program if it is bad. */
uint64_t size_argument(const struct context *ctx, const char *what,
		       const char *text);
uint64_t number_argument(const struct context *ctx, const char *what,
			 const char *text);

/* Prints the message and how to get help, and ends the program. */
_Noreturn void usage_error(const struct context *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* help.c */

/* Prints the help of the subcommand, or of educma if there is none. */
void print_help(const struct context *ctx);

/* error.c */

/**
 * struct failure - an error, for people and programs
 * @status: enum status
 * @reason: a name for programs, or NULL
 * @advice: what to do, or NULL
 */
struct failure {
	int status;
	const char *reason;
	const char *advice;
};

/* Reports a failure, "educma: COMMAND: MESSAGE". Returns its status. */
int fail(const struct context *ctx, const struct failure *f,
	 const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Reports "MESSAGE: WHY" for a negative errno, with advice if there is any. */
int fail_errno(const struct context *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Reports "MESSAGE: WHY" for a negative errno of a file or of another part of the
 * system, where the errno does not mean what it means from the driver.
 */
int fail_system(const struct context *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Closes standard output, and returns @status; if output was lost it reports
 * that and returns STATUS_FAILURE. Every way out of the program calls it.
 */
int close_output(const struct context *ctx, int status);

/* What a negative errno from the driver means; what to do about it, or NULL. */
const char *errno_text(int err);
const char *errno_advice(int err);

/* session.c */

/* Finds the selected device. Returns 0, or the status of a reported failure. */
int find_device(const struct context *ctx, struct educma_entry *entry);

/**
 * struct session - the selected device, open
 * @entry: its names and paths
 * @info: its settings and state
 * @dev: the open device
 */
struct session {
	struct educma_entry entry;
	struct educma_info info;
	struct educma *dev;
};

/* Opens the selected device. Returns 0, or the status of a reported failure. */
int open_session(const struct context *ctx, struct session *s);
/* Like open_session(), but fails if another program has the device open. */
int open_session_alone(const struct context *ctx, struct session *s);
/* Like open_session_alone() for @entry. After a failure s->dev is NULL. */
int open_entry_alone(const struct context *ctx,
		     const struct educma_entry *entry, struct session *s);
void close_session(struct session *s);

/* Allocates a buffer. Returns 0, or the status of a reported failure. */
int alloc_buffer(const struct context *ctx, const struct session *s,
		 uint64_t bytes, struct educma_buffer *buf);

/**
 * struct alloc_failure - why there is no buffer
 * @failure: for fail(); its advice may point to @advice
 * @text: the message
 * @advice: room for an advice
 */
struct alloc_failure {
	struct failure failure;
	char text[512];
	char advice[REASON_ADVICE];
};

/* Fills in @why after educma_alloc() failed with @err, and left @buf. */
void explain_alloc(const struct context *ctx, const struct session *s,
		   uint64_t bytes, int err, const struct educma_buffer *buf,
		   struct alloc_failure *why);

/* Bytes per second of a QEMU edu that is never idle, in each direction. */
uint64_t edu_limit(const struct educma_info *info);
/* False if the device is faster than edu: a simulator, or a real card. */
bool may_be_edu(uint64_t bytes_per_s, uint64_t limit);

/* Reports that there is no device, and what is missing. Returns the status. */
int fail_no_device(const struct context *ctx);

/* counters.c */

/* Reads all counters. Returns 0, or the status of a reported failure. */
int read_counters(const struct context *ctx, const struct educma_entry *entry,
		  struct educma_counters *counters);

/* Returns a counter that read_counters() has read. */
uint64_t counter_value(const struct educma_counters *counters,
		       const char *name);

/* Whether a device that was listed is not there any more. */
bool has_gone(const struct context *ctx, const struct educma_entry *entry);

/*
 * Reports that a counter could not be read. Without a @name it was not found out
 * which counters there are. Returns the status.
 */
int fail_counter(const struct context *ctx, const struct educma_entry *entry,
		 const char *name, int err);

/* output.c */

/*
 * The version of schema.json. It rises when a program that reads the output of
 * --json has to be changed: a key is renamed or removed, or means something else.
 */
#define SCHEMA_VERSION	1

/* Print an object behind the version of the schema, and release it. */
void print_json(struct json_object *output);
/* Prints an object that has only this array, and releases the array. */
void print_json_list(const char *key, struct json_object *array);
/* All on one line, for an object that may follow others: of a stream, or an error. */
void print_json_line(struct json_object *output);

/*
 * Flushes standard output. Returns false if output was lost, now or before. A
 * command can then stop; close_output() reports the error.
 */
bool flush_output(void);

/* Closes standard output. Returns 0, or a negative errno if output was lost. */
int end_output(void);

/* Starts the JSON object of a command about one device. */
struct json_object *device_json(const struct educma_entry *entry);

void json_add_u64(struct json_object *object, const char *key, uint64_t value);
void json_add_string(struct json_object *object, const char *key,
		     const char *value);

/* progress.c */

/* A progress bar on standard error, if that is a terminal. */
struct progress {
	uint64_t total;
	uint64_t start_ns;
	unsigned int shown;
	bool enabled;
};

void progress_start(struct progress *p, uint64_t total);
void progress_update(struct progress *p, uint64_t done);
void progress_end(struct progress *p);

uint64_t monotonic_ns(void);

/* signals.c */

/* Catches SIGINT, SIGTERM and SIGHUP, unless they are ignored. */
void signals_catch(void);
/* Returns the signal that has come, or 0. */
int signals_pending(void);
/* Sleeps until the timeout, or until a signal has come. */
void signals_sleep(const struct timespec *timeout);
/* Ends the program by the signal, as if it had not been caught. */
_Noreturn void signals_reraise(void);

#endif
