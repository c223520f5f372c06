using NeuralOde.Persistence;
using NeuralOde.Series.Densities;
using NeuralOde.Series.Tables;
using NeuralOde.Settings;
using NeuralOde.Tensors;
using NeuralOde.Training;

namespace NeuralOde.Series.Tests.Densities;

public sealed class DensityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DensityMethod.Matching)]
    [InlineData(DensityMethod.Likelihood)]
    [InlineData(DensityMethod.Coupling)]
    [InlineData(DensityMethod.Planar)]
    public void Density_integrates_to_one_in_the_units_of_the_table(DensityMethod method)
    {
        DensityModel model = Fit(method, 30).Model;

        // The trapezoidal rule over seven deviations each way: the solve's tolerance and single precision leave some 1e-4.
        const int Count = 81;
        (double Mean, double Deviation)[] scales = [(100, 3), (-5, 0.2)];
        double[] rows = [.. Enumerable.Range(0, Count * Count).SelectMany(i => (double[])[At(0, i % Count), At(1, i / Count)])];
        double cell = scales[0].Deviation * scales[1].Deviation * Math.Pow(14.0 / (Count - 1), 2);
        Assert.Equal(1, model.LogDensity(rows).Sum(Math.Exp) * cell, 2e-3);

        double At(int k, int i) => scales[k].Mean + (scales[k].Deviation * ((14.0 * i / (Count - 1)) - 7));
    }

    [Fact]
    public void Held_out_error_approaches_the_entropy()
    {
        // Independent normal columns: the standardized entropy is ln(2πe). 150 rows measure it within a deviation of 0.08.
        DensityFit fit = Fit(DensityMethod.Coupling, 300);
        Assert.Equal(Math.Log(2 * Math.PI * Math.E), fit.NegativeLogLikelihood, 0.3);
        var baselines = DensityBaselines.Measure(Data());
        Assert.Equal(Math.Log(2 * Math.PI * Math.E), baselines.Gaussian, 0.3);
        Assert.InRange(baselines.Kernel, baselines.Gaussian - 0.2, baselines.Gaussian + 0.4);
    }

    [Fact]
    public void Quantiles_rank_rows_among_draws()
    {
        DensityModel model = Fit(DensityMethod.Coupling, 100).Model;
        double[] scores = model.LogDensity([100, -5, 112, -5, 100, -3]), quantiles = model.Quantiles(scores);
        Assert.InRange(quantiles[0], 0.6, 1);
        Assert.InRange(quantiles[1], 0, 0.01);
        Assert.InRange(quantiles[2], 0, 0.01);
        double[] own = model.Quantiles(model.LogDensity(model.Sample(2_000, new RandomSource(9))));

        // Quantiles of draws are uniform: five deviations of a mean of 2,000, and as many of the ranking's 4,000.
        Assert.Equal(0.5, own.Average(), 5 * Math.Sqrt((1 / 12.0 / 2_000) + (1 / 12.0 / 4_000)));
    }

    [Theory]
    [InlineData(DensityMethod.Matching)]
    [InlineData(DensityMethod.Likelihood)]
    [InlineData(DensityMethod.Coupling)]
    [InlineData(DensityMethod.Planar)]
    public void Models_come_back_from_their_files(DensityMethod method)
    {
        DensityModel model = Fit(method, 3).Model;
        string path = _folder.File("m.safetensors");
        model.Save(path, new Dictionary<string, string> { ["command"] = "test" });
        var loaded = DensityModel.Load(path);
        double[] rows = [101, -5.1, 99, -4.9];
        Assert.Equal(model.LogDensity(rows), loaded.LogDensity(rows));
        Assert.Equal(model.Sample(5, new RandomSource(1)), loaded.Sample(5, new RandomSource(1)));
        Assert.Equal(["a", "b"], loaded.Columns);
        Assert.Equal("test", loaded.Notes["command"]);
        Assert.Equal(method, loaded.Options.Method);
        Assert.Throws<ModelFileException>(() => ModelFile.Load(path, new ModelKind("other", "another model")));
    }

    [Theory]
    [InlineData(DensityMethod.Matching)]
    [InlineData(DensityMethod.Likelihood)]
    [InlineData(DensityMethod.Planar)]
    public void A_run_that_was_stopped_and_resumed_has_the_same_bits(DensityMethod method)
    {
        string path = _folder.File("c.safetensors");
        DensityOptions options = Options(method, 12) with { Validations = 4 };
        DensityFit whole = new DensityFitter(Source(null), options).Run();
        options = options with { CheckpointPath = path, CheckpointInterval = 5 };
        using var cancellation = new CancellationTokenSource();
        DensityFit stopped = new DensityFitter(Source(cancellation), options).Run(cancellationToken: cancellation.Token);
        Assert.Equal((TrainingOutcome.Canceled, 7), (stopped.Training.Outcome, stopped.Training.Losses.Count));
        var resumed = new DensityFitter(Source(null), options);
        resumed.Resume(path);
        DensityFit rest = resumed.Run();
        Assert.Equal(whole.Training.Losses, rest.Training.Losses);
        Assert.Equal(whole.NegativeLogLikelihood, rest.NegativeLogLikelihood);
        Assert.Equal(12, rest.Validations[^1].Iteration);

        // Four samples are drawn when the data are made, then a batch in each step.
        static DensityData Source(CancellationTokenSource? cancellation)
        {
            int draws = 0;
            return DensityData.FromSource(["a", "b"], (random, points) =>
            {
                random.FillNormal(points);
                if (++draws == 4 + 7)
                {
                    cancellation?.Cancel();
                }
            }, seed: 0);
        }
    }

    [Fact]
    public void Paths_run_from_noise_to_rows()
    {
        foreach (DensityMethod method in new[] { DensityMethod.Matching, DensityMethod.Coupling })
        {
            DensityModel model = Fit(method, 50).Model;
            IReadOnlyList<(double Time, double[] Rows)> path = model.Path(20, 5, new RandomSource(3));
            Assert.Equal((0.0, 1.0), (path[0].Time, path[^1].Time));
            Assert.All(path, static x => Assert.Equal(40, x.Rows.Length));
            double[] at = [100, -5];
            Assert.Equal(model.LogDensity(at)[0], model.LogDensityAt(at, 1)[0], 1e-4);
            double noise = -Math.Log(2 * Math.PI * 3 * 0.2);
            Assert.Equal(noise, model.LogDensityAt([model.LogDensity(at).Length > 0 ? 100 : 0, -5], 0)[0], 0.1);
        }
    }

    [Fact]
    public void Tables_without_a_density_are_refused_before_training()
    {
        var random = new RandomSource(0);
        double[] rows = random.Normal([60], dtype: DType.Float64).ToDoubles();
        Assert.Equal(DensityReason.ConstantColumn, Reason(["a", "b"], [.. rows.SelectMany(static x => (double[])[x, 7])]));
        Assert.Equal(DensityReason.DependentColumns, Reason(["a", "b"], [.. rows.SelectMany(static x => (double[])[x, (2 * x) + 1])]));
        Assert.Equal(DensityReason.TooFewRows, Reason(["a", "b", "c"], [.. rows.Take(6)]));
        Assert.Equal(DensityReason.TooFewRows, Reason(["a", "b", "c"], [.. rows.Take(12)]));
        Assert.Equal(DensityReason.MissingValue, Reason(["a", "b"], [.. rows.Take(30), double.NaN, 1]));
        Assert.Equal(DensityReason.NotFinite, Reason(["a"], [.. rows.Select(static x => 1e200 * x)]));
        Assert.Equal(DensityReason.TooFewColumns, Reason([], []));
        var one = DensityData.FromRows(["a"], rows, 0.2, 0);
        Assert.Equal(DensityReason.TooFewColumns, Assert.Throws<DensityException>(() => new DensityFitter(one, DensityOptions.For(DensityMethod.Coupling))).Reason);
        Assert.NotEmpty(new DensityFitter(one, Options(DensityMethod.Planar, 5)).Run().Training.Losses);

        static DensityReason Reason(string[] columns, double[] values) => Assert.Throws<DensityException>(() => DensityData.FromRows(columns, values, 0.2, 0)).Reason;
    }

    [Fact]
    public void Tables_are_read_by_their_columns_of_numbers()
    {
        var table = CsvTable.Parse("name,x,y,note\nA,1,2,\nB,3,4,\n", "t.csv");
        var points = PointTable.Read(table);
        Assert.Equal(["x", "y"], points.Columns);
        Assert.Equal(["name", "note"], points.LeftOut);
        Assert.Equal([1.0, 2, 3, 4], points.Rows);
        Assert.Equal([2.0, 1, 4, 3], PointTable.Read(table, ["y", "x"]).Rows);
        Assert.Throws<TableException>(() => PointTable.Read(table, ["name"]));
        Assert.Throws<TableException>(() => PointTable.Read(table, ["x", "x"]));
        DensityException missing = Assert.Throws<DensityException>(() => PointTable.Read(CsvTable.Parse("x,y\n1,2\n3,NA\n", "t.csv")));
        Assert.Contains("line 3", missing.Message, StringComparison.Ordinal);
        Assert.Equal("y", missing.Column);
    }

    [Fact]
    public void Rows_beyond_what_can_be_solved_do_not_keep_others_from_their_scores()
    {
        DensityModel model = Fit(DensityMethod.Matching, 3).Model;
        double[] scores = model.LogDensity([100, -5, 1e38, -5, 101, -5]);
        Assert.True(double.IsFinite(scores[0]) && double.IsFinite(scores[2]));
        Assert.False(double.IsFinite(scores[1]) && scores[1] > scores[0]);
    }

    [RealDataFact("flows/mixture10_train.csv")]
    public void A_mixture_in_ten_dimensions_is_as_far_from_one_normal_distribution_as_its_true_density_says()
    {
        // The test file has the true log-density beside each point: one normal distribution is 8.4 nats worse.
        var training = PointTable.Read(CsvTable.Read(RealDataFactAttribute.PathOf("flows/mixture10_train.csv")));
        var test = CsvTable.Read(RealDataFactAttribute.PathOf("flows/mixture10_test.csv"));
        var data = DensityData.FromRows(training.Columns, training.Rows, 0.1, 0);
        double truth = -test.Numbers("log_density").Average() - data.Deviations.Sum(Math.Log);
        var baselines = DensityBaselines.Measure(data);
        Assert.Equal(8.4, baselines.Gaussian - truth, 0.1);
        Assert.InRange(baselines.Kernel - truth, 0, 8.4);

        // A few steps of training are better than that already.
        DensityFit fit = new DensityFitter(data, Options(DensityMethod.Coupling, 300) with { Hidden = [32] }).Run();
        Assert.InRange(fit.NegativeLogLikelihood - truth, 0, 8.3);
    }

    [Fact]
    public void Settings_of_other_methods_are_refused() => Assert.Throws<SettingException>(
        () => DensityOptions.Settings.Apply(DensityOptions.For(DensityMethod.Planar), new Dictionary<string, string> { ["sigma"] = "0.1" }));

    private static DensityFit Fit(DensityMethod method, int iterations) => new DensityFitter(Data(), Options(method, iterations)).Run();

    private static DensityOptions Options(DensityMethod method, int iterations) =>
        DensityOptions.For(method) with { Iterations = iterations, Hidden = [8], Layers = 3, BatchSize = 64, Validations = 1 };

    private static DensityData Data()
    {
        double[] rows = new RandomSource(4).Normal([1_500, 2], dtype: DType.Float64).ToDoubles();
        for (int i = 0; i < rows.Length; i += 2)
        {
            (rows[i], rows[i + 1]) = (100 + (3 * rows[i]), -5 + (0.2 * rows[i + 1]));
        }

        return DensityData.FromRows(["a", "b"], rows, 0.2, 0);
    }
}
