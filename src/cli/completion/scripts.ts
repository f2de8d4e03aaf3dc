/**
 * What the shells load. Each asks `drover __complete SHELL …`, whose answer is a line that says of what kind it is
 * (words, partial, files) and a line for each candidate: for bash quoted as it must be typed, for the others the bare word,
 * a tab and some words of help; they quote themselves.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const bash = `# Completion of drover for bash: eval "$(drover completion bash)"
_drover() {
  local program=drover kind= line
  [[ $1 == */* ]] && program=\${1/#\\~/$HOME}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <("$program" __complete bash "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  case $kind in
    files) compopt -o default 2>/dev/null ;;
    partial) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -F _drover drover
`;

const zsh = `#compdef drover
# Completion of drover for zsh: eval "$(drover completion zsh)", or this as _drover in a folder of $fpath.
_drover() {
  local line kind
  local -a answer values shown
  answer=("\${(@f)$(drover __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  kind=$answer[1]
  if [[ $kind == files ]]; then
    _files
    return
  fi
  for line in "\${(@)answer[2,-1]}"; do
    values+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  if [[ $kind == partial ]]; then
    compadd -S '' -l -d shown -a -- values
  else
    compadd -l -d shown -a -- values
  fi
}
if [[ $funcstack[1] == _drover ]]; then _drover "$@"; else compdef _drover drover; fi
`;

const fish = `# Completion of drover for fish: drover completion fish | source
function __drover_complete
    set -l before (commandline -opc)
    # As it is typed: without the quote that is still open, and without backslashes.
    set -l current (string unescape -- (commandline -ct | string replace -r '^["\\']' ''))
    set -l answer (command drover __complete fish $before[2..] "$current" 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path "$current"
    else if set -q answer[2]
        printf '%s\\n' $answer[2..]
    end
end
complete -c drover -f -a '(__drover_complete)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
