# SPDX-License-Identifier: GPL-2.0
#
# A manual page from the output of --help. Its paragraphs: the usage, the
# summary, lists with or without a heading ("heading:"), and text. A list is
# indented; what follows two spaces, or is indented far, describes an item.
# Options get a section of their own, wherever they stand.

BEGIN {
	RS = ""
	FS = "\n"
	summary = "large coherent buffers and device DMA, seen from the shell"
}

# A hyphen of an -option is no dash.
function option(word) {
	gsub(/-/, "\\-", word)
	return "\\fB" word "\\fR"
}

function options_bold(text, out) {
	gsub(/\\/, "\\e", text)
	text = " " text
	while (match(text, /[^A-Za-z0-9_-]--?[a-zA-Z][a-z-]*/)) {
		out = out substr(text, 1, RSTART) option(substr(text, RSTART + 1, RLENGTH - 1))
		text = substr(text, RSTART + RLENGTH)
	}
	return substr(out text, 2)
}

function arguments_italic(text, out) {
	while (match(text, /[A-Z][A-Z]+|N/)) {
		out = out substr(text, 1, RSTART - 1) "\\fI" substr(text, RSTART, RLENGTH) "\\fR"
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

# How something is typed. (Options first: their fonts have no two capitals.)
function syntax(text) { return arguments_italic(options_bold(text)) "\n" }

# A line of text must not look like a request.
function line(text) {
	return (text ~ /^[.']/ ? "\\&" : "") options_bold(text) "\n"
}

function item(text) { return text ~ /^-/ ? syntax(text) : line(text) }

# The items of fields first to NF.
function list(first, i, text, gap, out) {
	for (i = first; i <= NF; i++) {
		text = $i
		sub(/^ +/, "", text)
		if ($i ~ /^                    /) {
			out = out line(text)
			continue
		}
		gap = index(text, "  ")
		if (!gap)
			gap = length(text) + 1
		out = out ".TP\n" item(substr(text, 1, gap - 1))
		text = substr(text, gap)
		if (sub(/^ +/, "", text))
			out = out line(text)
	}
	return out
}

function paragraph(i, out) {
	for (i = 1; i <= NF; i++)
		out = out line($i)
	return out
}

# "exit status: 0 ok, 1 failure"
function status_list(text, i, n, each, out) {
	sub(/^[^:]*: */, "", text)
	n = split(text, each, /, */)
	for (i = 1; i <= n; i++) {
		sub(/ /, "\n", each[i])
		out = out ".TP\n" each[i] "\n"
	}
	return out
}

/^usage: / {
	synopsis = $1
	sub(/^usage: educma */, "", synopsis)
	command = name
	sub(/^educma-?/, "", command)
	if (command != "")
		sub(/^[a-z]+ */, "", synopsis)
	next
}

NR == 2 && command != "" { summary = $0; next }
/^commands:/ { commands = list(2); gsub(/\.TP\n/, "&.B ", commands); next }
/^options of every command:/ { common = list(2); next }
/^exit status: / { statuses = status_list($0); next }
/^ +-/ { options = options list(1); next }
/^ / { describe("", list(1)); next }
/^[^\n]*:\n / { sub(/:$/, "", $1); describe(".SS " line($1), list(2)); next }
{ describe(description == "" ? "" : ".PP\n", paragraph()) }

function describe(macro, text) { description = description macro text }

function section(title, text) {
	if (text != "")
		printf ".SH %s\n%s", title, text
}

END {
	# What stands before its first section belongs to the description.
	if ((getline more < extra) > 0) {
		intro = more
		sub(/(^|\n)\.SH .*/, "", intro)
		more = substr(more, length(intro) + 1)
		sub(/^\n/, "", more)
		sub(/\n$/, "", more)
		if (intro != "")
			description = intro "\n" (description == "" ? "" : ".PP\n") description
	}
	printf ".TH %s 1 %s \"%s\" \"User Commands\"\n", toupper(name), date, version
	section("NAME", name " \\- " summary "\n")
	section("SYNOPSIS", ".B educma" (command == "" ? "" : " " command) "\n" \
		(synopsis == "" ? "" : syntax(synopsis)))
	section("DESCRIPTION", description)
	section("COMMANDS", commands)
	section("OPTIONS", options)
	section("OPTIONS OF EVERY COMMAND", common)
	section("EXIT STATUS", statuses)
	if (more != "")
		print more
}
