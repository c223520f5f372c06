using NeuralOde.Series.Forecasting.Components;

namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>The orders of a seasonal ARIMA model (Box and Jenkins 1970).</summary>
/// <param name="P">Autoregression.</param>
/// <param name="D">Differences.</param>
/// <param name="Q">Moving average.</param>
/// <param name="SeasonalP">Seasonal autoregression.</param>
/// <param name="SeasonalD">Seasonal differences.</param>
/// <param name="SeasonalQ">Seasonal moving average.</param>
/// <param name="Period">The season in steps; 1 where there is none.</param>
/// <param name="HasConstant">Whether the differenced series has a mean.</param>
internal sealed record ArimaOrders(int P, int D, int Q, int SeasonalP, int SeasonalD, int SeasonalQ, int Period, bool HasConstant)
{
    /// <summary>The number of coefficients.</summary>
    public int Coefficients => P + Q + SeasonalP + SeasonalQ + (HasConstant ? 1 : 0);

    /// <summary>The values that differencing takes from the start.</summary>
    public int Lost => D + (SeasonalD * Period);

    /// <summary>Whether the orders lie in the range that is searched.</summary>
    public bool IsWithin =>
        P is >= 0 and <= 5 && Q is >= 0 and <= 5 && SeasonalP is >= 0 and <= 2 && SeasonalQ is >= 0 and <= 2 && P + Q + SeasonalP + SeasonalQ <= 5
        && (Period > 1 || SeasonalP + SeasonalQ == 0) && (!HasConstant || D + SeasonalD <= 1);

    /// <summary>The orders as they are kept in a file.</summary>
    public ComponentState Save() => new ComponentState().With("orders", P, D, Q, SeasonalP, SeasonalD, SeasonalQ, Period, HasConstant ? 1 : 0);

    /// <summary>Reads what <see cref="Save"/> made.</summary>
    /// <exception cref="FormatException">The orders are outside the range that is searched.</exception>
    public static ArimaOrders Restore(ComponentState state)
    {
        const int LongestPeriod = 1000;
        int[] x = state.Wholes("orders", 8, LongestPeriod);
        var orders = new ArimaOrders(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7] == 1);
        return orders.IsWithin && orders.D <= 2 && orders.SeasonalD <= 1 && orders.Period >= 1 ? orders : throw ComponentState.Wrong("orders");
    }

    public override string ToString() =>
        $"ARIMA({P},{D},{Q})" + (Period > 1 ? $"({SeasonalP},{SeasonalD},{SeasonalQ}) of {Period} steps" : "") + (HasConstant ? (D + SeasonalD == 0 ? " with "
            + "mean" : " with drift") : "");
}
