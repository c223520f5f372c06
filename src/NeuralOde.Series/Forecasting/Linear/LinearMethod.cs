using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Linear;

/// <summary>
/// The linear dynamic model: structures and transforms are compared by Akaike's criterion, and those near the best are averaged with its weights
/// (Burnham and Anderson 2002, Model Selection and Multimodel Inference, chapter 4).
/// </summary>
/// <param name="useInputs">Whether inputs have a part.</param>
internal sealed class LinearMethod(bool useInputs = true) : IComponentMethod
{
    /// <summary>What the method without a part for inputs is called.</summary>
    public const string Without = "linear dynamics without inputs";

    /// <summary>What the method is called.</summary>
    public const string With = "linear dynamics";

    /// <summary>How many models are averaged.</summary>
    private const int Most = 5;

    public string Name => useInputs ? With : Without;

    public IComponentModel? Fit(ComponentData data, CancellationToken cancellation)
    {
        IReadOnlyList<LinearCandidate> found = LinearSearch.Run(Used(data), cancellation);
        return found.Count == 0 ? null : new Average([.. found.Take(Most)], useInputs);
    }

    public IComponentModel Restore(ComponentData all, ComponentState state)
    {
        ComponentData data = Used(all);
        LinearCandidate[] models = [.. state.Parts("models").Select(x =>
        {
            var transform = ValueTransform.Named(data, x.Text("transform"));
            var structure = LinearStructure.Restore(x);
            IReadOnlyList<ComponentSeries> series = LinearSearch.Transformed(data, transform);
            double criterion = x.Finite("criterion", 1)[0];
            int inputs = data.Series.FirstOrDefault(static one => one.Count > 0) is { } first ? first.Inputs.Length / first.Count : 0;
            return new LinearCandidate(
                transform, new LinearModel(structure, x.Finite("parameters", structure.Parameters), series, inputs, x.Finite("variance", 1)[0], criterion), criterion);
        })];
        return models.Length > 0 ? new Average(models, useInputs) : throw ComponentState.Wrong("models");
    }

    private ComponentData Used(ComponentData data) => Used(data, useInputs);

    private static ComponentData Used(ComponentData data, bool useInputs) =>
        useInputs ? data : data with { Series = [.. data.Series.Select(static x => x with { Inputs = [] })] };

    private sealed class Average : IComponentModel
    {
        private readonly bool _useInputs;
        private readonly LinearCandidate[] _models;
        private readonly double[] _weights;

        public Average(LinearCandidate[] models, bool useInputs)
        {
            _useInputs = useInputs;
            double[] weights = Array.ConvertAll(models, x => Math.Exp((models[0].Criterion - x.Criterion) / 2));
            _models = models;
            _weights = Array.ConvertAll(weights, x => x / weights.Sum());
        }

        public string Description
        {
            get
            {
                string transform = _models[0].Transform.Name == "none" ? "" : $" of the {_models[0].Transform.Name}";
                int others = _weights.Count(static x => x > 0.05) - 1;
                return $"{_models[0].Model.Structure}{transform}{(others > 0 ? $", and {others} like it" : "")}";
            }
        }

        public IComponentModel? Refit(ComponentData all, CancellationToken cancellation)
        {
            ComponentData data = Used(all, _useInputs);
            List<LinearCandidate> refitted = [];
            foreach (LinearCandidate candidate in _models.Where((_, m) => _weights[m] > 0.05))
            {
                var fitter = new LinearFitter(LinearSearch.Transformed(data, candidate.Transform));
                if (fitter.Fit(candidate.Model.Structure, candidate.Model.Parameters, cancellation) is { } model)
                {
                    refitted.Add(LinearSearch.Candidate(data, candidate.Transform, fitter, model));
                }
            }

            return refitted.Count == 0 ? null : new Average([.. refitted.OrderBy(static x => x.Criterion)], _useInputs);
        }

        public ComponentState Save() => new ComponentState().With("models", _models.Select(static x => x.Model.Structure.Save()
            .With("transform", x.Transform.Name).With("parameters", x.Model.Parameters).With("variance", x.Model.Variance).With("criterion", x.Criterion)));

        public double[] Quantiles(int series, ReadOnlySpan<double> times, ReadOnlySpan<double> inputs)
        {
            double[] quantiles = new double[times.Length * NormalQuantiles.Count];
            for (int m = 0; m < _models.Length; m++)
            {
                (double[] means, double[] deviations) = _models[m].Model.Forecast(series, times, _useInputs ? inputs : []);
                for (int i = 0; i < quantiles.Length; i++)
                {
                    int at = i / NormalQuantiles.Count;
                    quantiles[i] += _weights[m] * _models[m].Transform.Inverse(means[at] + (NormalQuantiles.Standard[i % NormalQuantiles.Count] * deviations[at]));
                }
            }

            return quantiles;
        }
    }
}
