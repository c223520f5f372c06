using System.Collections;
using System.Reflection;
using NeuralOde.Experiments.PerSample;
using NeuralOde.Optimizers;
using NeuralOde.Series;
using NeuralOde.Series.Models;

namespace NeuralOde.Architecture.Tests;

/// <summary>Records are equal where their values are, their lists' values included.</summary>
public class RecordTests
{
    public static TheoryData<Type, string> Lists
    {
        get
        {
            var data = new TheoryData<Type, string>();
            IEnumerable<Type> types = new[] { typeof(ValueList), typeof(TimeSeries) }.SelectMany(static x => x.Assembly.GetExportedTypes());

            // Of the experiments the options: results hold what a whole run made, and are not compared.
            IEnumerable<Type> options = typeof(PerSampleOptions).Assembly.GetExportedTypes()
                .Where(static x => x.GetProperty("Settings", BindingFlags.Public | BindingFlags.Static) is not null);
            foreach (Type type in types.Concat(options))
            {
                if (type.GetMethod("<Clone>$") is not null && type.GetConstructor([]) is not null)
                {
                    IEnumerable<PropertyInfo> lists = type.GetProperties().Where(
                        static x => x.CanWrite && x.PropertyType != typeof(string) && x.PropertyType.IsAssignableTo(typeof(IEnumerable)));
                    foreach (PropertyInfo property in lists)
                    {
                        data.Add(type, property.Name);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_record_with_another_list_of_the_same_values_is_equal(Type type, string name)
    {
        object first = Activator.CreateInstance(type)!;
        object second = type.GetMethod("<Clone>$")!.Invoke(first, [])!;
        PropertyInfo property = type.GetProperty(name)!;
        Type element = property.PropertyType.GetGenericArguments()[0];
        var values = Array.CreateInstance(element, 2);
        if (element == typeof(string))
        {
            ((string[])values)[0] = "a";
            ((string[])values)[1] = "b";
        }

        property.SetValue(first, values);
        property.SetValue(second, values.Clone());
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
        property.SetValue(second, Array.CreateInstance(element, 1));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Records_that_are_made_of_lists_are_equal_too()
    {
        Assert.Equal(new SeriesPath("a", [0, 1], [[1, 2], [3, 4]], 5, 6), new SeriesPath("a", [0, 1], [[1, 2], [3, 4]], 5, 6));
        Assert.NotEqual(new SeriesPath("a", [0, 1], [[1, 2], [3, 4]], 5, 6), new SeriesPath("a", [0, 1], [[1, 2], [3, 5]], 5, 6));
        Assert.Equal(LearningRateSchedule.Step(0.1, 0.5, 0.75), LearningRateSchedule.Step(0.1, 0.5, 0.75));
        Assert.NotEqual(LearningRateSchedule.Step(0.1, 0.5, 0.75), LearningRateSchedule.Step(0.1, 0.5, 0.8));
        Assert.Equal("[1, 2.5]", ValueList.Of(1, 2.5).ToString());
    }
}
