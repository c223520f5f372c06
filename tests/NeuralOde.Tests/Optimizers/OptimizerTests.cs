using NeuralOde.Optimizers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Optimizers;

public class OptimizerTests
{
    [Fact]
    public void Adam_follows_its_formula()
    {
        double[] w = [1, -2, 0.5];
        double[] m = new double[3];
        double[] v = new double[3];
        var parameter = new Parameter(Tensor.From(w));
        var adam = new Adam([parameter], 0.1, 0.8, 0.95, 1e-6);
        for (int step = 1; step <= 5; step++)
        {
            (parameter * parameter * parameter).Sum().Backward();
            adam.Step();
            for (int i = 0; i < 3; i++)
            {
                double g = 3 * w[i] * w[i];
                m[i] = (0.8 * m[i]) + (0.2 * g);
                v[i] = (0.95 * v[i]) + (0.05 * g * g);
                w[i] -= 0.1 * (m[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.95, step))) + 1e-6);
            }
        }

        Assert.Equal(0, parameter.ToDoubles().Zip(w, (x, y) => Math.Abs(x - y)).Max(), 1e-13);
    }

    [Fact]
    public void AdamW_shrinks_the_values_apart_from_the_gradient()
    {
        double[] w = [.. Enumerable.Range(0, 19).Select(i => Math.Sin(i + 1))];
        double[] m = new double[w.Length];
        double[] v = new double[w.Length];
        var parameter = new Parameter(Tensor.From(w));
        var adam = new AdamW([parameter], 0.1, 0.8, 0.95, 1e-6, 0.3);
        for (int step = 1; step <= 5; step++)
        {
            (parameter * parameter * parameter).Sum().Backward();
            adam.Step();
            for (int i = 0; i < w.Length; i++)
            {
                double g = 3 * w[i] * w[i];
                m[i] = (0.8 * m[i]) + (0.2 * g);
                v[i] = (0.95 * v[i]) + (0.05 * g * g);
                w[i] = (w[i] * (1 - (0.1 * 0.3))) - (0.1 * (m[i] / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.95, step))) + 1e-6));
            }
        }

        Assert.Equal(0, parameter.ToDoubles().Zip(w, (x, y) => Math.Abs(x - y)).Max(), 1e-13);
    }

    [Fact]
    public void RmsProp_and_momentum_follow_their_formulas()
    {
        (double w1, double v1, double w2, double v2) = (2, 0, 2, 0);
        var p1 = new Parameter(Tensor.From(w1));
        var p2 = new Parameter(Tensor.From(w2));
        var rms = new RmsProp([p1], 0.1, 0.9, 1e-8);
        var sgd = new Sgd([p2], 0.01, 0.7);
        for (int step = 0; step < 4; step++)
        {
            (p1 * p1).Sum().Backward();
            rms.Step();
            v1 = (0.9 * v1) + (0.1 * 4 * w1 * w1);
            w1 -= 0.1 * 2 * w1 / (Math.Sqrt(v1) + 1e-8);
            (p2 * p2).Sum().Backward();
            sgd.Step();
            v2 = (0.7 * v2) + (2 * w2);
            w2 -= 0.01 * v2;
        }

        Assert.Equal(w1, p1.ToDoubles()[0], 1e-14);
        Assert.Equal(w2, p2.ToDoubles()[0], 1e-14);
    }

    [Fact]
    public void A_step_clears_gradients_and_clipping_bounds_their_norm()
    {
        var parameter = new Parameter(Tensor.From(3.0, 4.0));
        var sgd = new Sgd([parameter], 0);
        (0.5 * parameter.Square()).Sum().Backward();
        Assert.Equal(5, sgd.ClipGradientNorm(2), 1e-14);
        Assert.Equal(2, sgd.GradientNorm(), 1e-14);
        sgd.Step();
        Assert.Equal(0, sgd.GradientNorm());
    }

    [Fact]
    public void A_gradient_that_is_not_finite_moves_nothing_after_clipping()
    {
        var parameter = new Parameter(Tensor.From(1.0, 0.0));
        var adam = new Adam([parameter], 0.1);
        parameter.Log().Sum().Backward();
        Assert.Equal(double.PositiveInfinity, adam.ClipGradientNorm(1));
        adam.Step();
        Assert.Equal([1.0, 0.0], parameter.ToDoubles());
    }

    [Fact]
    public void A_cosine_goes_from_the_full_rate_to_its_end()
    {
        var cosine = LearningRateSchedule.Cosine(0.1);
        Assert.Equal(1, cosine.Factor(0), 1e-15);
        Assert.Equal(0.55, cosine.Factor(0.5), 1e-15);
        Assert.Equal(0.1, cosine.Factor(1), 1e-15);
    }

    [Fact]
    public void Steps_multiply_the_rate_at_their_points()
    {
        var steps = LearningRateSchedule.Step(0.1, 0.5, 0.75);
        Assert.Equal([1, 1, 0.1, 0.1, 0.01, 0.01], new[] { 0, 0.49, 0.5, 0.74, 0.75, 1 }.Select(x => Math.Round(steps.Factor(x), 15)));
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Step(0.1, 0.5, 0.5));
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Step(0.1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Step(0, 0.5));
    }

    [Fact]
    public void An_exponential_falls_by_the_same_factor_in_equal_parts()
    {
        var exponential = LearningRateSchedule.Exponential(0.01);
        Assert.Equal([1, 0.1, 0.01], new[] { 0, 0.5, 1 }.Select(x => Math.Round(exponential.Factor(x), 15)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Exponential(0));
    }

    [Fact]
    public void A_warm_up_rises_evenly_and_leaves_the_rest_of_training_to_the_schedule()
    {
        LearningRateSchedule schedule = LearningRateSchedule.Cosine(0.1).WithWarmUp(0.2, 0.5);
        Assert.Equal([0.5, 0.75, 1, 0.55, 0.1], new[] { 0, 0.1, 0.2, 0.6, 1 }.Select(x => Math.Round(schedule.Factor(x), 14)));
        Assert.Equal(1, LearningRateSchedule.Constant.WithWarmUp(0).Factor(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant.WithWarmUp(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant.WithWarmUp(0.1, 2));
    }

    [Fact]
    public void Bad_settings_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW([], 0.1, weightDecay: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([], double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([], 0.1, beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd([], -1));
    }
}
