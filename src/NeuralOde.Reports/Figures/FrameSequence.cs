namespace NeuralOde.Reports;

/// <summary>One state of a <see cref="FrameSequence"/>.</summary>
/// <param name="Label">What identifies it, such as "iteration 250".</param>
/// <param name="Figure">The layers that differ from frame to frame. Its axes and size do not count: the base's do. Give its layers colors that the base's do not have.</param>
public sealed record FigureFrame(string Label, Figure Figure);

/// <summary>
/// A figure that changes, such as a trajectory over training. In a report it has one button per frame and one that plays all of them,
/// without script; as a file, <see cref="Drawing.ToSvg"/> is an animation, which stays at the last frame for readers whose
/// system asks for less motion. The axes hold the data of all frames;
/// where early frames may run far off, give the base's axes a range.
/// </summary>
public sealed record FrameSequence : Drawing
{
    // The last frame is held this many times longer, so that a reader sees where it went.
    private const int Hold = 3;
    private readonly double _secondsPerFrame = 0.6;

    /// <summary>What all frames share: axes, height, and the lower layers, such as observations.</summary>
    public Figure Base { get; init; } = new();

    /// <summary>The frames in order.</summary>
    public IReadOnlyList<FigureFrame> Frames { get; init => field = ValueList.From(value); } = ValueList.Of<FigureFrame>();

    /// <summary>How long each frame is seen when played, in seconds.</summary>
    /// <value>Default 0.6; at least 0.35, because faster flicker can harm (WCAG 2.2, criterion 2.3.1: three flashes per second).</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 0.35 or above 60, or NaN.</exception>
    public double SecondsPerFrame
    {
        get => _secondsPerFrame;
        init => _secondsPerFrame = value is >= 0.35 and <= 60 ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A frame must be seen for 0.35 to 60 seconds.");
    }

    /// <summary>Frames side by side, evenly chosen, the first and the last among them.</summary>
    /// <param name="count">How many, 2 or more; all where there are fewer.</param>
    /// <param name="columns">Most columns; default 4.</param>
    /// <param name="panelHeight">Height of each plot in pixels; default 170.</param>
    /// <returns>The grid, with this sequence's title.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 2.</exception>
    public PanelGrid ToFilmStrip(int count, int columns = 4, double panelHeight = 170)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        IEnumerable<int> chosen = Enumerable.Range(0, Math.Min(count, Frames.Count))
            .Select(i => Frames.Count <= count ? i : (int)Math.Round((double)i * (Frames.Count - 1) / (count - 1)));
        return new PanelGrid
        {
            Title = Title,
            Width = Width,
            Columns = columns,
            PanelHeight = panelHeight,
            SharedX = true,
            SharedY = true,
            MinPanelWidth = 150,
            MaxPanels = Math.Max(count, 1),
            Panels = [.. chosen.Select(i => Base with { Title = Frames[i].Label, Layers = ValueList.Of<FigureLayer>([.. Base.Layers, .. Frames[i].Figure.Layers]) })],
        };
    }

    internal override void Draw(Markup markup, double drawnWidth, string id, bool standalone) => new PanelLayout(drawnWidth, [Base with { Title = null }], this)
    {
        TotalHeight = Base.Height,
        Frames = [.. Frames.Select(f => (f.Label, f.Figure))],
        Style = standalone && Frames.Count > 1 ? $"@media screen and (prefers-reduced-motion:no-preference){{{Animation(id, ".frames>.frame")}}}" : null,
    }.Draw(markup, id, standalone);

    internal override void Write(ReportContext context)
    {
        if (Frames.Count < 2)
        {
            base.Write(context);
            return;
        }
        Markup markup = context.Out;
        string name = context.NextId();
        markup.Open("figure", ("class", "steps"));
        // All inputs come first, as siblings of the stage: that is how a style rule reaches from a checked one to its frame.
        for (int k = 0; k < Frames.Count; k++)
        {
            markup.Empty("input", ("type", "radio"), ("name", name), ("id", $"{name}i{k}"), ("checked", k == Frames.Count - 1 ? "checked" : null), ("aria-label", Frames[k].Label));
        }
        markup.Empty("input", ("type", "radio"), ("name", name), ("id", name + "p"), ("class", "play"), ("aria-label", "Play all frames"));
        markup.Raw("\n").Open("div", ("class", "pills"), ("aria-hidden", "true"));
        for (int k = 0; k < Frames.Count; k++)
        {
            markup.Element("label", Short(k), ("for", $"{name}i{k}"), ("title", Frames[k].Label));
        }
        markup.Element("label", "▶ play", ("for", name + "p"), ("class", "playing")).Close();
        markup.Open("div", ("class", "stage"));
        WriteBothWidths(context);
        markup.Close();
        WriteCaption(markup);
        markup.Close();
        context.AddStyle(Selection(name));
    }

    // A rule for each button: its frame shows, and it looks pressed.
    private string Selection(string name)
    {
        var css = new StringBuilder();
        for (int k = 0; k < Frames.Count; k++)
        {
            css.Append(CultureInfo.InvariantCulture, $"#{name}i{k}:checked~.stage .frame:nth-child({k + 1}){{display:inline}}\n");
            css.Append(CultureInfo.InvariantCulture, $"#{name}i{k}:checked~.pills>:nth-child({k + 1}){{background:var(--ink);color:var(--paper)}}\n");
            css.Append(CultureInfo.InvariantCulture, $"#{name}i{k}:focus-visible~.pills>:nth-child({k + 1}){{outline:2px solid var(--c1);outline-offset:2px}}\n");
        }
        css.Append(
            CultureInfo.InvariantCulture,
            $"@media (prefers-reduced-motion:no-preference){{#{name}p:checked~.stage .frame{{display:inline}}{Animation(name, $"#{name}p:checked~.stage .frame")}}}\n");
        return css.ToString();
    }

    // Each frame is opaque for its part of the cycle. A negative delay starts it in the middle of its cycle, so that no frame shows before its time.
    private string Animation(string id, string selector)
    {
        double cycle = SecondsPerFrame * (Frames.Count + Hold - 1);
        var css = new StringBuilder();
        css.Append(CultureInfo.InvariantCulture, $"@keyframes {id}a{{0%{{opacity:1}}{Number(100 * SecondsPerFrame / cycle)}%,100%{{opacity:0}}}}");
        css.Append(CultureInfo.InvariantCulture, $"@keyframes {id}z{{0%{{opacity:1}}{Number(100 * Hold * SecondsPerFrame / cycle)}%,100%{{opacity:0}}}}");
        css.Append(CultureInfo.InvariantCulture, $"{selector}{{animation:{id}a {Number(cycle)}s step-end infinite}}{selector}:last-child{{animation-name:{id}z}}");
        for (int k = 0; k < Frames.Count; k++)
        {
            css.Append(CultureInfo.InvariantCulture, $"{selector}:nth-child({k + 1}){{animation-delay:{Number(k * SecondsPerFrame - cycle)}s}}");
        }
        return css.ToString();
    }

    // Labels such as "iteration 0", "iteration 250" have their common beginning left out on the buttons.
    private string Short(int k)
    {
        int common = 0;
        string first = Frames[0].Label;
        while (common < first.Length && Frames.All(f => f.Label.Length > common && f.Label[common] == first[common]))
        {
            common++;
        }
        int cut = common == 0 ? -1 : first.LastIndexOf(' ', common - 1, common);
        string label = Frames[k].Label[(cut + 1)..];
        return label.Length > 0 ? label : Frames[k].Label;
    }

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
