# SPDX-License-Identifier: GPL-2.0
#
# The section JSON OUTPUT of a manual page, from schema.json, which has each property
# on a line of its own. -v command: the command; "error" gives the section of educma(1).

BEGIN { FS = "\"" }

# The name behind the first "$defs/" in a line.
function reference(text) {
	return match(text, /\$defs\/[a-z_]+/) ? substr(text, RSTART + 6, RLENGTH - 6) : ""
}

# A line of text must not look like a request, and a hyphen of an -option is no dash.
function line(text) {
	gsub(/\\/, "\\e", text)
	text = options(text)
	return (text ~ /^[.']/ ? "\\&" : "") text "\n"
}

function options(text, out, word) {
	text = " " text
	while (match(text, /[ (]--?[a-z][a-z-]*/)) {
		word = substr(text, RSTART + 1, RLENGTH - 1)
		gsub(/-/, "\\-", word)
		out = out substr(text, 1, RSTART) word
		text = substr(text, RSTART + RLENGTH)
	}
	return substr(out text, 2)
}

/^\t"description"/ { about = $4 }
/^\t\t"[a-z_]+": \{$/ { def = $2; next }
/^\t\t\t"description"/ { described[def] = $4 }
/^\t\t\t"anyOf"/ {
	rest = $0
	while ((name = reference(rest)) != "") {
		alternative[def, ++alternatives[def]] = name
		rest = substr(rest, index(rest, "$defs/" name) + 6)
	}
}
/^\t\t\t\t"[A-Za-z0-9_]+": \{/ {
	i = ++keys[def]
	key[def, i] = $2
	inner[def, i] = reference($0)
	many[def, i] = /"array"/
	text = $0
	sub(/.*"description": "/, "", text)
	sub(/"\},?$/, "", text)
	means[def, i] = text
}

# Prints the keys of an object, and those of the objects in it. Where an object was
# printed before, the page refers to it.
function object(def, prefix, i, name, of, again) {
	for (i = 1; i <= keys[def]; i++) {
		name = prefix key[def, i]
		of = inner[def, i]
		again = of in printed ? "; its keys are those of " printed[of] : ""
		printf ".TP\n.B %s\n%s", name, line(means[def, i] again)
		if (!(of in keys) || again != "")
			continue
		name = name (many[def, i] ? "[]" : "")
		printed[of] = name
		object(of, name ".")
	}
}

END {
	print ".SH JSON OUTPUT"
	if (command == "error") {
		printf "%s", line(about)
		print ".PP"
		print "The pages of the commands list the keys. The file share/educma/schema.json, which is"
		print "installed with this page, is a JSON Schema of all outputs."
		print ".PP"
	}
	if (!alternatives[command]) {
		printf "%s", line(described[command])
		object(command, "")
	}
	for (i = 1; i <= alternatives[command]; i++) {
		printf ".SS %s", line(described[alternative[command, i]])
		object(alternative[command, i], "")
	}
}
