namespace Sereno.Verbs.Complete;

/// <summary>What ties a shell's completion to "sereno complete", which knows every candidate (docs/decisions/0013).</summary>
internal static class ShellScripts
{
    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => Fish,
    };

    // Readline splits words at some of = : @ too, and wants only what follows the last of them; an @ belongs to what follows.
    private const string Bash = """
        # bash completion for sereno: source <(sereno completion bash)
        _sereno() {
            local line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[!=:@]/} word stem= candidate
            local -a words
            read -a words <<< "$line"
            [[ $line == *[[:space:]] ]] && words+=("")
            word=${words[${#words[@]}-1]}
            [[ -n $breaks && $word == *["$breaks"]* ]] && stem=${word%"${word##*["$breaks"]}"} stem=${stem%@}
            COMPREPLY=()
            while IFS=$'\t' read -r candidate _; do
                case $candidate in
                    :files) compopt -o default ;;
                    :folders) compopt -o dirnames ;;
                    :commands) mapfile -t COMPREPLY < <(compgen -c -- "$word") ;;
                    *)
                        printf -v candidate %q "${candidate#"$stem"}"
                        COMPREPLY+=("$candidate")
                        ;;
                esac
            done < <("$1" complete -- "${words[@]:1}" 2> /dev/null)
        }
        complete -F _sereno sereno
        """;

    private const string Zsh = """
        #compdef sereno
        # zsh completion for sereno: source <(sereno completion zsh), or a file _sereno in $fpath
        _sereno() {
            local line word text
            local -a words_before candidates
            words_before=("${(@Q)words[2,CURRENT-1]}")
            (( CURRENT > 2 )) || words_before=()
            for line in "${(@f)$(_call_program candidates ${(q)words[1]} complete -- ${(q)words_before[@]} ${(qq)${(Q)PREFIX}})}"; do
                word=${line%%$'\t'*} text=${line#*$'\t'}
                case $word in
                    '') ;;
                    :files) _files ;;
                    :folders) _files -/ ;;
                    :commands) _command_names -e ;;
                    *) candidates+=("${${word//\\/\\\\}//:/\\:}:$text") ;;
                esac
            done
            (( $#candidates )) && _describe -V -t candidates sereno candidates
        }
        if [[ $funcstack[1] == _sereno ]]; then _sereno "$@"; else compdef _sereno sereno; fi
        """;

    private const string Fish = """
        # fish completion for sereno: sereno completion fish | source
        function __sereno_candidates
            set -l words (commandline -opc)
            set -l typed (commandline -ct)
            set -l program $words[1]
            set -e words[1]
            for line in ($program complete -- $words "$typed" 2> /dev/null)
                switch $line
                    case ':files*'
                        __fish_complete_path "$typed"
                    case ':folders*'
                        __fish_complete_directories "$typed"
                    case ':commands*'
                        complete -C "$typed"
                    case '*'
                        printf '%s\n' $line
                end
            end
        end
        complete -c sereno -f -k -a '(__sereno_candidates)'
        """;
}
