namespace NeuralOde.Series.Fitting;

/// <summary>The initial states that a stage of a fit starts from.</summary>
internal static class ShootingStarts
{
    /// <summary>Where the pieces start: on the trajectories of the last stage, or at the data, interpolated where a value is missing.</summary>
    public static double[] Of(ShootingPieces pieces, TimeSeriesSet series, SeriesFieldShape layout, ShootingObjective? previous)
    {
        int learned = layout.LearnedStates;
        double[] states = new double[pieces.Pieces.Length * learned];
        previous?.Solve().ThrowIfFailed();
        for (int row = 0; row < pieces.Pieces.Length; row++)
        {
            ShootingPiece piece = pieces.Pieces[row];
            Span<double> state = states.AsSpan(row * learned, learned);
            if (previous is not null)
            {
                previous.StateAt(piece.Series, piece.First).CopyTo(state);
                continue;
            }

            for (int c = 0; c < layout.Components; c++)
            {
                state[c] = Interpolate(series.Series[piece.Series], piece.First, c);
            }
        }

        return states;
    }

    /// <summary>A component at a point: observed, or on the line between its observed neighbors, or the nearest, or the mean of all data.</summary>
    private static double Interpolate(TimeSeries series, int point, int component)
    {
        int before = point, after = point;
        while (before >= 0 && double.IsNaN(series[before, component]))
        {
            before--;
        }

        while (after < series.Count && double.IsNaN(series[after, component]))
        {
            after++;
        }

        if (before < 0 || after == series.Count)
        {
            return before >= 0 ? series[before, component] : after < series.Count ? series[after, component] : 0;
        }

        double share = before == after ? 0 : (series.Times[point] - series.Times[before]) / (series.Times[after] - series.Times[before]);
        return ((1 - share) * series[before, component]) + (share * series[after, component]);
    }
}
