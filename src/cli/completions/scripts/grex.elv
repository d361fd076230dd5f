# Completions of grex for elvish. In ~/.config/elvish/rc.elv:
#   eval (grex --completions elvish | slurp)
use str
set edit:completion:arg-completer[grex] = {|@words|
  var answer = [(try { e:grex --complete elvish (all $words[1..-1]) '.'$words[-1] 2>/dev/null } catch _ { } | from-lines)]
  if (> (count $answer) 0) {
    if (has-value [words open] $answer[0]) {
      for line $answer[1..] {
        var text about = (str:split "\t" $line)
        var shown = $text
        if (not-eq $about '') { set shown = $text' ('$about')' }
        edit:complex-candidate $text &display=$shown
      }
    } else {
      edit:complete-filename $words[-1]
    }
  }
}
