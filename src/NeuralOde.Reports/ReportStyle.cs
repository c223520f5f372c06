namespace NeuralOde.Reports;

/// <summary>
/// The page's style sheet. Pictures carry their light colors as attributes, and classes by which this sheet changes them for dark screens; paper is always light.
/// </summary>
internal static class ReportStyle
{
    public static string Sheet { get; } = MakeSheet();

    private static string MakeSheet()
    {
        var css = new StringBuilder();
        css.Append(":root{color-scheme:light dark;--paper:#ffffff;--ink:#1f2328;--muted:#59636e;--grid:#e4e7eb;--axis:#8c959f;--well:#f6f8fa")
            .Append(Colors(Palette.Light)).Append("}\n");
        css.Append("@media screen and (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e6edf3;--muted:#a3adb8;--grid:#2a3038;--axis:#6e7781;--well:#1c2128")
            .Append(Colors(Palette.Dark)).Append("}}\n");
        for (int i = 0; i < Palette.Count; i++)
        {
            css.Append(CultureInfo.InvariantCulture, $"svg .c{i}{{color:var(--c{i})}}");
        }
        css.Append("""

            svg .pap{fill:var(--paper)}svg .ink{fill:var(--ink)}svg .mut{fill:var(--muted)}svg .grd{stroke:var(--grid)}svg .axs{stroke:var(--axis)}
            *{box-sizing:border-box}
            body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
            main{max-width:928px;margin:0 auto;padding:40px 24px 64px}
            h1{font-size:2rem;line-height:1.2;margin:0 0 8px;overflow-wrap:anywhere}
            h2{font-size:1.35rem;line-height:1.3;margin:48px 0 12px;padding-top:12px;border-top:1px solid var(--grid);overflow-wrap:anywhere}
            h3{font-size:1.1rem;margin:32px 0 8px;overflow-wrap:anywhere}
            p,ul{max-width:44rem;margin:0 0 16px;overflow-wrap:anywhere}
            a{color:var(--c1)}
            .subtitle{font-size:1.1rem;color:var(--muted)}
            .note{color:var(--muted);font-size:.85rem}
            nav ol{display:flex;flex-wrap:wrap;gap:4px 20px;margin:0 0 16px;padding:0;list-style:none}
            .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:24px 0}
            .cards>div{background:var(--well);border:1px solid var(--grid);border-radius:8px;padding:12px 14px;overflow-wrap:anywhere}
            .cards dt{color:var(--muted);font-size:.85rem}
            .cards dd{margin:0}
            .cards b{font-size:1.5rem;font-weight:600;line-height:1.35;font-variant-numeric:tabular-nums}
            .cards span{color:var(--muted)}
            figure{margin:16px 0 24px;position:relative;break-inside:avoid}
            figure div>svg{display:block;margin:0 -10px;max-width:calc(100% + 20px);height:auto}
            figcaption{color:var(--muted);font-size:.9rem;max-width:44rem;margin-top:6px}
            figure .data{margin:4px 0 0}
            .narrow{display:none}
            .row{display:flex;gap:16px;align-items:flex-start}
            .row>figure{flex:1 1 0;min-width:0}
            .table{overflow-x:auto;margin:16px 0 24px}
            table{border-collapse:collapse;font-size:.92rem}
            caption{text-align:left;color:var(--muted);font-size:.9rem;padding-bottom:6px}
            th,td{padding:6px 20px 6px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid);overflow-wrap:break-word;max-width:28rem}
            thead th{font-weight:600;border-bottom:2px solid var(--axis);vertical-align:bottom}
            tbody th{font-weight:400}
            .num{text-align:right;font-variant-numeric:tabular-nums}tbody .num{white-space:nowrap}
            tr>:last-child{padding-right:4px}
            .code figcaption{margin:0 0 6px}
            pre{background:var(--well);border:1px solid var(--grid);border-radius:8px;padding:12px 14px;margin:0;overflow-x:auto;
              font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
            details{margin:0 0 16px}summary{cursor:pointer;color:var(--c1)}
            footer{margin-top:56px;padding-top:12px;border-top:1px solid var(--grid);color:var(--muted);font-size:.85rem}
            .steps>input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
            .pills{display:flex;flex-wrap:wrap;gap:6px;margin-bottom:10px}
            .pills label{border:1px solid var(--axis);border-radius:999px;padding:2px 11px;font-size:.85rem;line-height:1.5;cursor:pointer;
            font-variant-numeric:tabular-nums}
            .pills label:hover{background:var(--well)}
            .play:checked~.pills .playing{background:var(--ink);color:var(--paper)}
            .play:focus-visible~.pills .playing{outline:2px solid var(--c1);outline-offset:2px}
            .steps .frame{display:none}
            @media (prefers-reduced-motion:reduce){.play,.playing{display:none}.play:checked~.stage .frame:last-child{display:inline}}
            @media screen and (max-width:640px){.wide{display:none}.narrow{display:block}main{padding:24px 16px 48px}h1{font-size:1.6rem}
            .row{display:block}th,td{padding-right:12px}}
            @media print{main{max-width:none;padding:0}.pills,nav,.data{display:none}h2,h3,caption{break-after:avoid}tr,.cards>div{break-inside:avoid}pre{white-space:pre-wrap}}
            @page{margin:16mm}

            """);
        return css.ToString();
    }

    private static string Colors(Func<PaletteColor, string> shade) =>
        string.Concat(Enumerable.Range(0, Palette.Count).Select(i => $";--c{i.ToString(CultureInfo.InvariantCulture)}:{shade((PaletteColor)i)}"));
}
