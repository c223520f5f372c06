using NeuralOde.Blocks;
using NeuralOde.Experiments.LatentSpirals;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Modules;
using NeuralOde.Optimizers;
using NeuralOde.Series;
using NeuralOde.Series.Latent;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Benchmarks.Workloads;

/// <summary>A training step of the latent ODE on spirals: 100 of them, 100 consecutive points of each, the bound, its gradient and Adam.</summary>
internal sealed class LatentTrainingWorkload
{
    private const int Spirals = 100;
    private readonly LatentOde _model;
    private readonly SeriesBatch _batch;
    private readonly Adam _optimizer;
    private readonly RandomSource _noise = new(12);

    /// <param name="spirals">The model, fresh or trained, and the settings of its solve.</param>
    public LatentTrainingWorkload(SpiralModel spirals)
    {
        _model = spirals.Model as LatentOde ?? throw new ArgumentException("The latent rows take a latent ODE, and this model is a recurrent network.", nameof(spirals));
        _batch = new SpiralSet(Spirals, new RandomSource(11)).Batch([.. Enumerable.Range(0, Spirals)], [.. Enumerable.Range(0, SpiralErrors.Window)]);
        DecoderError = MeasureDecoder(spirals.Options);

        // The time depends on the field as it is: the steps are taken in full, and change nothing.
        _optimizer = new Adam(_model.Parameters) { LearningRate = 0 };
    }

    public long ForwardEvaluations { get; private set; }

    public long BackwardEvaluations { get; private set; }

    /// <summary>How far the decoded paths of the batch are from a solve at 1e-10 in double, root mean square.</summary>
    public double DecoderError { get; }

    /// <summary>A model with its first values.</summary>
    public static SpiralModel Fresh(LatentSpiralsOptions options) => new(LatentSpiralsExperiment.CreateModel(options, new RandomSource(10)), options);

    public void Train(int repetitions)
    {
        for (int i = 0; i < repetitions; i++)
        {
            using var scope = TensorScope.Begin();
            using var meter = SolveMeter.Start();
            Tensor noise = _noise.Normal([_batch.Count, _model.Encoder.LatentCount]);
            Tensor loss = _model.Elbo(_batch, noise) * (-1.0 / _batch.StepCount);
            loss.Backward();
            _optimizer.Step();
            ForwardEvaluations = meter.Forward.Evaluations;
            BackwardEvaluations = meter.Backward.Evaluations + meter.Backward.VectorJacobianProducts;
        }
    }

    private double MeasureDecoder(LatentSpiralsOptions options)
    {
        using IDisposable mode = GradientMode.Disable();
        LayerField field = new Mlp(options.Latent, [options.FieldHidden, options.FieldHidden], options.Latent, Activation.Elu, dtype: DType.Float64).AsField();
        var view = new Sequential(new Linear(options.Latent, options.FieldHidden, dtype: DType.Float64), new Linear(options.FieldHidden, _batch.Components, dtype: DType.Float64));
        foreach ((Module precise, Module own) in new (Module, Module)[] { (field, _model.Ode.Field), (view, _model.Decoder) })
        {
            foreach ((Parameter to, Parameter from) in precise.Parameters.Zip(own.Parameters))
            {
                to.SetValues<double>(from.ToDoubles());
            }
        }

        Tensor latent = _model.Encode(_batch).Mean;
        var ode = new OdeBlock(field) { Solver = new Dopri5(), Steps = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 } };
        Tensor exact = view.Forward(ode.Forward(latent.ToDouble(), _batch.Times));
        return Math.Sqrt((_model.Decode(latent, _batch.Times[0], _batch.Times).ToDouble() - exact).Square().Mean().ToScalar());
    }
}
