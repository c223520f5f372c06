using System.Text;

namespace NeuralOde.Layers;

/// <summary>One layer of a <see cref="ModelSummary"/>.</summary>
/// <param name="Name">Its name within the model; empty for the model itself.</param>
/// <param name="Kind">What it is.</param>
/// <param name="OutputShape">The shape of what it returned.</param>
/// <param name="ParameterCount">The learned values of it and the layers within it; 0 where they were counted in an earlier row.</param>
/// <param name="Depth">How many layers of the table it is within.</param>
public sealed record LayerSummary(string Name, string Kind, Shape OutputShape, int ParameterCount, int Depth);

/// <summary>A model as a table: its layers in the order in which they are applied, with output shapes and numbers of parameters.</summary>
/// <remarks>It looks into <see cref="Sequential"/> and <see cref="ResidualBlock"/>; a layer of another kind is one row with all that is within it.</remarks>
public sealed class ModelSummary
{
    [ThreadStatic]
    private static Recorder? s_recorder;

    private ModelSummary(Shape inputShape, IReadOnlyList<LayerSummary> layers, int parameterCount, int bufferCount)
    {
        InputShape = inputShape;
        Layers = layers;
        ParameterCount = parameterCount;
        BufferCount = bufferCount;
    }

    /// <summary>The shape of the input.</summary>
    public Shape InputShape { get; }

    /// <summary>The layers, the model itself first.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>The number of learned values.</summary>
    public int ParameterCount { get; }

    /// <summary>The number of values that are kept but not learned, such as running statistics.</summary>
    public int BufferCount { get; }

    /// <summary>The table.</summary>
    /// <returns>One line per layer, and one for the sum.</returns>
    public override string ToString()
    {
        string[] names = [.. Layers.Select(static x => new string(' ', 2 * x.Depth) + (x.Depth == 0 ? x.Kind : $"{x.Name[(x.Name.LastIndexOf('.') + 1)..]}: {x.Kind}"))];
        int nameWidth = Math.Max("layer".Length, names.Max(static x => x.Length));
        int shapeWidth = Math.Max("output".Length, Layers.Max(static x => x.OutputShape.ToString().Length));
        var text = new StringBuilder();
        void Line(string name, string shape, string count) => text
            .Append(name.PadRight(nameWidth)).Append("  ").Append(shape.PadRight(shapeWidth)).Append("  ").AppendLine(count.PadLeft(12));
        Line("layer", "output", "parameters");
        for (int i = 0; i < names.Length; i++)
        {
            Line(names[i], Layers[i].OutputShape.ToString(), Layers[i].ParameterCount == 0 ? "" : Number(Layers[i].ParameterCount));
        }

        return text.Append(CultureInfo.InvariantCulture, $"input {InputShape}, {Number(ParameterCount)} parameters")
            .Append(BufferCount > 0 ? $", {Number(BufferCount)} values of buffers" : "").ToString();

        static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
    }

    internal static ModelSummary Of(Layer model, Shape inputShape)
    {
        DType dtype = model.Parameters.FirstOrDefault()?.DType ?? DType.Float32;
        var recorder = new Recorder(model);
        Recorder? outer = s_recorder;
        using IDisposable mode = model.BeginEvaluation();
        using IDisposable gradients = GradientMode.Disable();
        s_recorder = recorder;
        try
        {
            model.Invoke(Tensor.Zeros(inputShape, dtype));
        }
        finally
        {
            s_recorder = outer;
        }

        return new ModelSummary(
            inputShape, recorder.Rows, model.Parameters.ValueCount, model.NamedBuffers().Select(static x => x.Buffer).Distinct().Sum(static x => x.ElementCount));
    }

    internal static Tensor Watch(Layer layer, Tensor x) => s_recorder is { } recorder ? recorder.Apply(layer, x) : layer.Forward(x);

    private sealed class Recorder
    {
        private readonly Dictionary<Module, string> _names = new(ReferenceEqualityComparer.Instance);
        private readonly HashSet<Layer> _counted = new(ReferenceEqualityComparer.Instance);
        private int _depth;

        public Recorder(Layer model)
        {
            foreach ((string name, Module module) in model.NamedModules())
            {
                _names.TryAdd(module, name);
            }
        }

        public List<LayerSummary> Rows { get; } = [];

        public Tensor Apply(Layer layer, Tensor x)
        {
            int at = Rows.Count;
            int count = _counted.Add(layer) ? layer.Parameters.ValueCount : 0;
            Rows.Add(new LayerSummary(_names.GetValueOrDefault(layer, ""), layer.Label, x.Shape, count, _depth));
            _depth++;
            Tensor y = layer.Forward(x);
            _depth--;
            Rows[at] = Rows[at] with { OutputShape = y.Shape };
            return y;
        }
    }
}
