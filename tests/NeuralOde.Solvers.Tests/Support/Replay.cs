namespace NeuralOde.Solvers.Tests;

/// <summary>
/// The discrete map of a recorded Runge–Kutta solve in plain loops, with its steps held constant: what the kernels and the transpose are compared with.
/// </summary>
internal static class Replay
{
    public static double[] Run(ButcherTableau tableau, double[] nodes, IVectorField<double> field, double[] z0, double[] times)
    {
        int length = z0.Length, stepStages = tableau.StageCount, stages = stepStages + tableau.DenseStageCount;
        double direction = nodes[^1] > nodes[0] ? 1 : -1;
        double[] states = new double[times.Length * length];
        z0.CopyTo(states, 0);
        double[] z = [.. z0];
        int output = 1;
        for (int n = 0; n < nodes.Length - 1; n++)
        {
            double h = nodes[n + 1] - nodes[n];
            double[][] k = new double[stages][];
            for (int i = 0; i < stages; i++)
            {
                double[] input = [.. z];
                ReadOnlySpan<double> a = i < stepStages ? tableau.A(i) : tableau.DenseStage(i - stepStages);
                for (int j = 0; j < i; j++)
                {
                    Add(input, h * a[j], k[j]);
                }

                k[i] = new double[length];
                field.Evaluate(nodes[n] + ((i < stepStages ? tableau.C[i] : tableau.DenseNodes[i - stepStages]) * h), input, k[i]);
            }

            for (; output < times.Length && (times[output] - nodes[n + 1]) * direction <= 0; output++)
            {
                double[] weights = new double[stages];
                tableau.DenseWeights((times[output] - nodes[n]) / h, weights);
                Combine(z, h, weights, k).CopyTo(states, output * length);
            }

            z = Combine(z, h, tableau.B.ToArray(), k);
        }

        z.CopyTo(states, (times.Length - 1) * length);
        return states;
    }

    private static double[] Combine(double[] z, double h, double[] weights, double[][] k)
    {
        double[] sum = [.. z];
        for (int i = 0; i < weights.Length; i++)
        {
            Add(sum, h * weights[i], k[i]);
        }

        return sum;
    }

    private static void Add(double[] sum, double weight, double[] row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            sum[i] += weight * row[i];
        }
    }
}
