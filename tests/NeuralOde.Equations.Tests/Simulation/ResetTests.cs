using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Simulation;

public class ResetTests
{
    private const string Model = "A' = -k*A\nk = 0.3\nA(0) = 2\nL = 0.5\ndose AMT -> A lag L";
    private const double K = 0.3;

    // AMT, EVID, RATE, ADDL, II of the rows at 0 and at 5; the value at 8, of which 3 after the reset.
    public static TheoryData<string, double> Cases => new()
    {
        { "0,100,1,0,0,0\n5,0,3,0,0,0\n", 2 * Math.Exp(-3 * K) },
        { "0,100,1,0,0,0\n5,50,4,0,0,0\n", (2 * Math.Exp(-3 * K)) + (50 * Math.Exp(-2.5 * K)) },

        // An infusion of 10 hours ends, further doses are canceled, and so is one whose lag is not over.
        { "0,100,1,10,0,0\n5,0,3,0,0,0\n", 2 * Math.Exp(-3 * K) },
        { "0,100,1,0,5,2\n5,0,3,0,0,0\n", 2 * Math.Exp(-3 * K) },
        { "0,0,0,0,0,0\n4.7,100,1,0,0,0\n5,0,3,0,0,0\n", 2 * Math.Exp(-3 * K) },

        // An infusion after it goes on: 20 in 4 hours from 5.5.
        { "0,100,1,0,0,0\n5,20,4,5,0,0\n", (2 * Math.Exp(-3 * K)) + (5 / K * (1 - Math.Exp(-2.5 * K))) },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_reset_brings_the_initial_values_back_and_ends_what_was_given_before(string rows, double expected)
    {
        EquationSolution solution = Solve(rows, 0.3, 2);
        Assert.Equal(expected, solution.Values[0][^1], 1e-7 * expected);
    }

    [Fact]
    public void Times_that_begin_again_at_a_reset_count_on_from_the_last_one()
    {
        var model = EquationModel.Parse(Model + "\nobserve A: normal(1)");
        var again = CsvTable.Parse("t,A,AMT,EVID\n0,NA,100,1\n1,90,0,0\n2,70,0,0\n0,NA,50,4\n1,40,0,0\n", "again");
        EquationSolution solution = EquationData.Solve(again, model, new EquationSolveOptions { Until = 3, RelativeTolerance = 1e-10 }).Single().Solution;
        Assert.Equal((2 * Math.Exp(-K)) + (50 * Math.Exp(-0.5 * K)), solution.Values[0][^1], 1e-7);

        // The same as with times that go on.
        var on = CsvTable.Parse("t,A,AMT,EVID\n0,NA,100,1\n1,90,0,0\n2,70,0,0\n2,NA,50,4\n3,40,0,0\n", "on");
        EquationFitOptions plain = new() { Profiles = false };
        var data = EquationData.FromTable(again, model);
        Assert.Equal(EquationFitter.Fit(model, EquationData.FromTable(on, model), plain)["k"].Value, EquationFitter.Fit(model, data, plain)["k"].Value);
        Assert.Contains("times from here on count on from 2", Assert.Single(data.Notes), StringComparison.Ordinal);
        var unclear = CsvTable.Parse("t,A,AMT,EVID\n0,NA,100,1\n2,70,0,0\n0,NA,50,4\n0,2,0,0\n", "unclear");
        Assert.Equal(EquationDataReason.Value, Assert.Throws<EquationDataException>(() => EquationData.FromTable(unclear, model)).Reason);
    }

    [Fact]
    public void Derivatives_across_a_reset_are_exact()
    {
        const string Rows = "0,100,1,0,0,0\n5,50,4,0,0,0\n";
        EquationSolution solution = Solve(Rows, 0.3, 2);
        double[] differences = FiniteDifference.Gradient(x => Solve(Rows, x[0], x[1]).Values[0][^1], [0.3, 2]);
        FiniteDifference.AssertClose(differences, [solution.Values[1][^1], solution.Values[2][^1]], 1e-6);
    }

    private static EquationSolution Solve(string rows, double k, double start) => EquationData.Solve(
        CsvTable.Parse("t,AMT,EVID,RATE,ADDL,II\n" + rows, "doses"),
        EquationModel.Parse(Model),
        new EquationSolveOptions
        {
            Until = 8,
            Set = new Dictionary<string, double> { ["k"] = k, ["A(0)"] = start },
            SensitivitiesBy = ["k", "A(0)"],
            RelativeTolerance = 1e-10,
        }).Single().Solution;
}
