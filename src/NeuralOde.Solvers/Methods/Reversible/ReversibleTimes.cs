namespace NeuralOde.Solvers;

/// <summary>Cotangents of times that move along with a solve which is taken back.</summary>
internal static class ReversibleTimes
{
    public static void Shift(double[] cotangents, int count)
    {
        if (count > 0)
        {
            Array.Copy(cotangents, 0, cotangents, 1, count - 1);
            cotangents[0] = 0;
        }
    }
}
