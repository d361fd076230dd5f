# Completions of grex for PowerShell. In $PROFILE:
#   grex --completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName grex -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    $current = "$wordToComplete" -replace '^["'']', '' -replace '["'']$', ''
    $program = Get-Command -Name grex -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if ($null -eq $program) { return }
    # Where nothing is answered PowerShell completes files itself.
    $answer = @(& $program --complete powershell @typed ".$current" 2>$null)
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $text, $about = $_ -split "`t", 2
        $written = $text
        if ($text -notmatch '^[\w./:=+%-]+$') {
            # Quotes of typographers end a string as well: all of them are doubled.
            $written = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($text) + "'"
        }
        if ([string]::IsNullOrEmpty($about)) { $about = $text }
        [System.Management.Automation.CompletionResult]::new($written, $text, 'ParameterValue', $about)
    }
}
