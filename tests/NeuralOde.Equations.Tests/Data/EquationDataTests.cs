using NeuralOde.Equations.Data;
using NeuralOde.Equations.Simulation;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Tests.Data;

public class EquationDataTests
{
    private const string Text = "A' = -k*A\nk = 1 > 0\nC' = k*A - C\ndose AMT -> A\nobserve cp = C, pca = A";

    private static EquationData Read(string table, string model = Text, EquationDataOptions? options = null)
        => EquationData.FromTable(CsvTable.Parse(table, "table"), EquationModel.Parse(model), options);

    [Fact]
    public void A_long_table_is_read_by_the_names_of_its_values()
    {
        EquationData data = Read("ID,TIME,DV,DVID,AMT,EVID\n1,0,NA,cp,5,1\n1,1,2,CP,0,0\n1,1,3,pca,0,0\n1,2,9,cp,0,2\n2,0,1,2,0,0\n");
        Assert.Equal(["1", "2"], data.SeriesNames);
        Assert.Equal([(0, 2.0), (1, 3.0)], data.Series[0].Values.Select(static x => (x.Observable, x.Value)));
        Assert.Equal((1, 1.0), (data.Series[1].Values[0].Observable, data.Series[1].Values[0].Value));
        Assert.Equal(5, Assert.Single(data.Series[0].Input.Doses).Amount);
    }

    [Fact]
    public void Values_that_the_model_does_not_observe_are_counted()
    {
        EquationData data = Read("ID,TIME,DV,DVID,AMT\n1,0,2,cp,0\n1,1,3,inr,0\n1,2,3,inr,0\n");
        Assert.Equal("2 values with DVID inr are not observed by the model, and are left out.", Assert.Single(data.Notes));
    }

    [Fact]
    public void Doses_have_the_columns_of_pharmacometrics()
    {
        EquationData data = Read("ID,TIME,cp,pca,AMT,EVID,CMT,RATE,ADDL,II,SS\n1,0,NA,NA,5,1,1,2.5,3,12,1\n1,50,1,2,0,0,1,0,0,0,0\n");
        DoseRecord dose = Assert.Single(data.Series[0].Input.Doses);
        Assert.Equal((5, 2.5, 3, 12, true, 0), (dose.Amount, dose.Rate, dose.Additional, dose.Interval, dose.IsSteady, dose.State));
    }

    [Fact]
    public void Dates_become_days_since_the_first()
    {
        EquationData data = Read("date,x\n1978-01-22,3\n1978-01-24,8\n", "x' = -k*x\nk = 1 > 0\nstart -1\nobserve x");
        Assert.Equal([0, 2], data.Series[0].Times);
        Assert.Equal(-1, data.Series[0].Input.Start);
    }

    [Theory]
    [InlineData("x,Timestamp\n3,0\n8,2\n")]
    [InlineData("x,Time (h)\n3,0\n8,2\n")]
    [InlineData("date,T,x\n5,0,3\n6,2,8\n")]
    public void The_column_of_times_is_found_by_the_names_that_series_have(string table)
        => Assert.Equal([0, 2], Read(table, "x' = -k*x\nk = 1 > 0\nobserve x").Series[0].Times);

    [Fact]
    public void Rows_are_chosen_by_a_column()
    {
        EquationData data = Read("set,t,x\na,0,1\na,1,2\nb,0,5\n", "x' = -k*x\nk = 1 > 0\nobserve x", new EquationDataOptions { Where = ("set", "b") });
        Assert.Equal(5, Assert.Single(data.Series[0].Values).Value);
    }

    [Theory]
    [InlineData("t,cp,pca\n0,1,1\n", "no column 'AMT' of doses")]
    [InlineData("t,cp,AMT\n0,1,0\n", "no column 'pca' of an observable")]
    [InlineData("when,cp,pca,AMT\n0,1,1,0\n", "no column named time, t, date, datetime, timestamp or year")]
    [InlineData("t,cp,pca,AMT\n", "has no rows")]
    [InlineData("t,cp,pca,AMT,ADDL\n0,NA,NA,5,3\n1,1,1,0,0\n", "needs II")]
    [InlineData("t,cp,pca,AMT,RATE\n0,NA,NA,5,-2\n1,1,1,0,0\n", "RATE -2 means")]
    [InlineData("t,cp,pca,AMT\n0,NA,NA,5\n1,NA,NA,0\n", "no measured value of cp, pca")]
    [InlineData("t,DV,AMT\n0,1,5\n", "no column DVID")]
    public void What_a_table_lacks_is_named(string table, string message)
        => Assert.Contains(message, Assert.Throws<EquationDataException>(() => Read(table)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("t,x,AMT\n0,1,5\n1,2,0\n", "x' = -k*x\nk = 1 > 0\nobserve x", "Write 'dose AMT -> x'")]
    [InlineData("t,x,WT\n0,1,5\n1,2,6\n", "x' = -k*x/WT\nk = 1 > 0\ncovariate WT\nobserve x", "the covariate WT changes from 5 to 6")]
    [InlineData("t,x,u\n0,1,5\n1,2,NA\n", "x' = -k*x + u\nk = 1 > 0\ninput u\nobserve x", "the input u ends at 0, before the last measured value at 1")]
    [InlineData("t,x\n0,1\n1,2\n", "x' = -k*x\nk = 1 > 0\nstart 0.5\nobserve x", "is before the model's start at 0.5")]
    public void What_does_not_fit_the_model_is_said(string table, string model, string message)
        => Assert.Contains(message, Assert.Throws<EquationDataException>(() => Read(table, model)).Message, StringComparison.Ordinal);
}
