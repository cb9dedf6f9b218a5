# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bash completion of educma. What there is to complete, --help says, and the
# name of an argument says with what: FILE a file, DIR a directory, DEVICE one
# of educma's devices, BDF any PCI device; small letters stand for themselves.

# --help to a line for each option: it, and what its argument is called.
_educma_options()
{
	awk '/^ +-/ {
		sub(/^ +/, "")
		sub(/  .*/, "")
		n = split($0, words, /[ ,]+/)
		for (i = 1; words[i] ~ /^-/; i++)
			print words[i], (words[n] ~ /^-/ ? "" : words[n])
	}'
}

# --help to the words of the usage that are neither options nor their arguments.
_educma_operands()
{
	sed '1!d; s/^usage: educma [a-z]*//; :again; s/\[-[^][]*\]//; t again; s/[][|]/ /g'
}

# educma --help to the names of the commands.
_educma_commands()
{
	sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# _educma_values EDUCMA ARGUMENT SYSROOT: adds to candidates
_educma_values()
{
	case $2 in
	FILE*)
		compopt -o default ;;
	DIR)
		compopt -o dirnames ;;
	DEVICE)
		candidates+=$("$1" --sysroot "$3" list --json 2>/dev/null |
			sed -nE 's/.*"(device|pci)": ?"(.+)".*/ \2/p') ;;
	BDF)
		candidates+=$(cd "$3/sys/bus/pci/devices" 2>/dev/null && printf ' %s' *) ;;
	COMMAND)
		candidates+=" $("$1" --help 2>/dev/null | _educma_commands)" ;;
	[a-z]*)
		candidates+=" $2" ;;
	esac
}

_educma()
{
	local argument='' candidates='' command='' option='' prefix='' sysroot=''
	local cur help options word words

	# In COMP_WORDS a PCI address would be three words.
	read -ra words < <(sed -E 's/( --[a-z-]+)=/\1 /g' <<<"${COMP_LINE:0:COMP_POINT}.")
	cur=${words[-1]%.}
	help=$("$1" --help 2>/dev/null)
	options=$(_educma_options <<<"$help")
	for word in "${words[@]:1:${#words[@]}-2}"; do
		if [ -n "$argument" ]; then
			[ "$option" != --sysroot ] || sysroot=$word
			argument=''
		elif [[ $word == -* ]]; then
			option=$word
			argument=$(awk -v option="$word" '$1 == option { print $2 }' <<<"$options")
		elif [ -z "$command" ]; then
			command=$word
			help=$("$1" "$command" --help 2>/dev/null)
			options=$(_educma_options <<<"$help")
		fi
	done

	if [ -n "$argument" ]; then
		_educma_values "$1" "$argument" "$sysroot"
	elif [[ $cur == -* ]]; then
		candidates=$(cut -d ' ' -f 1 <<<"$options")
	elif [ -z "$command" ]; then
		candidates=$(_educma_commands <<<"$help")
	else
		for word in $(_educma_operands <<<"$help"); do
			_educma_values "$1" "$word" "$sysroot"
		done
	fi
	mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$cur")
	# Readline replaces what follows the last colon.
	[[ $COMP_WORDBREAKS != *:* ]] || prefix=${cur%"${cur##*:}"}
	COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}
complete -F _educma educma
