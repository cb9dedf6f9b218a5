# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Bash completion of educma. It completes what --help lists. The name of an argument
# says with what it is completed: FILE a file, DIR a directory, DEVICE one of educma's
# devices, BDF any PCI device, COMMAND a command. Words in small letters stand for
# themselves.

# Turns --help into a line for each option: the option, and its argument's name.
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

# Turns --help into the operands of its usage line, without options.
_educma_operands()
{
	sed '1!d; s/^usage: educma [a-z]*//; :again; s/\[-[^][]*\]//; t again; s/[][|]/ /g'
}

# Turns educma --help into the names of the commands.
_educma_commands()
{
	sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

# _educma_values EDUCMA ARGUMENT SYSROOT: adds the values of an argument to candidates
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

	# COMP_WORDS is not used, because a PCI address would be three words in it.
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
	# Readline replaces only the text behind the last colon.
	[[ $COMP_WORDBREAKS != *:* ]] || prefix=${cur%"${cur##*:}"}
	COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
}
complete -F _educma educma
