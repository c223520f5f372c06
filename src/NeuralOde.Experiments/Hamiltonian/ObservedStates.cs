namespace NeuralOde.Experiments.Hamiltonian;

/// <summary>States and their derivatives, row by row.</summary>
/// <param name="States">Observed states, with their noise.</param>
/// <param name="Slopes">The exact derivatives of the exact states.</param>
/// <param name="Length">The length of a state.</param>
internal sealed record ObservedStates(float[] States, float[] Slopes, int Length)
{
    public int Count => States.Length / Length;

    /// <summary>Trajectories of a system, cut into what is learned from and what is not.</summary>
    public static (ObservedStates Training, ObservedStates Test) Draw(ConservativeSystem system, RandomSource random)
    {
        int times = system.TrainingTimes.Count, count = system.Trajectories * times;
        float[] states = new float[count * system.Length], slopes = new float[states.Length];
        double[] slope = new double[system.Length];
        for (int i = 0; i < system.Trajectories; i++)
        {
            double[] path = system.Trajectory(system.DrawTraining(random), system.TrainingTimes);
            double[] noise = random.Normal([path.Length], 0, 1, DType.Float64).ToDoubles();
            for (int k = 0; k < path.Length; k += system.Length)
            {
                system.Field(0, path.AsSpan(k, system.Length), slope);
                for (int c = 0; c < system.Length; c++)
                {
                    int to = (i * path.Length) + k + c;
                    states[to] = (float)(path[k + c] + (system.Noise * noise[k + c]));
                    slopes[to] = (float)slope[c];
                }
            }
        }

        // Whole trajectories are set aside, the first ones.
        int test = (int)(system.TestShare * system.Trajectories) * times * system.Length;
        return (new(states[test..], slopes[test..], system.Length), new(states[..test], slopes[..test], system.Length));
    }
}
