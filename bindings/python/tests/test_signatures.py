# tests/test_signatures.py - keywords: signatures, texts and defaults are those of the headers and the library; what is
# misspelt is told.
import ctypes as C
import inspect
import pydoc
import unittest
import warnings

import numpy as np

import lpl
from lpl import _api, _convert, _lib
from support import rng

CONFIGS = {  # call: (its config, how the library fills it)
    lpl.Layer: (_api.LayerConfig, "lpl_layer_config_init"), lpl.Stats: (_api.StatsConfig, "lpl_stats_config_init"),
    lpl.Spiking: (_api.SpikingConfig, "lpl_spiking_config_init"), lpl.Lif: (_api.LifConfig, "lpl_lif_config_init"),
    lpl.Projection: (_api.ProjectionConfig, "lpl_projection_config_init"),
    lpl.Record: (_api.RecordConfig, "lpl_record_config_init"), lpl.Source: (_api.SourceConfig,
                                                                            "lpl_source_config_init"),
    lpl.Network: (_api.NetworkConfig, "lpl_network_config_init"),
    lpl.Readout: (_api.ReadoutConfig, "lpl_readout_config_init"),
    lpl.rule_delta: (_api.RuleConfig, "lpl_rule_config_init"),
    lpl.optim_step: (_api.OptimConfig, "lpl_optim_config_init"),
}


def initialised(config, init):
    cfg = config()
    assert getattr(_lib.lib, init)(cfg, C.sizeof(cfg)) == 0
    return cfg


class Signatures(unittest.TestCase):
    def test_every_field_is_a_keyword_with_the_librarys_default(self):
        for call, (config, init) in CONFIGS.items():
            parameters, cfg = inspect.signature(call).parameters, initialised(config, init)
            for name, value in _convert.fields_of(cfg).items():
                with self.subTest(call=call.__name__, field=name):
                    default = parameters[name].default
                    if default is inspect.Parameter.empty:
                        self.assertEqual(value, 0)  # no default: the library's 0 is refused
                    elif isinstance(default, str):
                        self.assertEqual(_convert.as_enum(config.ENUM_OF[name], default, name), value)
                    else:
                        self.assertEqual(default, value)
            self.assertFalse([p for p in parameters.values() if p.kind is inspect.Parameter.VAR_KEYWORD])

    def test_help_names_every_keyword(self):
        for call in CONFIGS:
            text = pydoc.plain(pydoc.render_doc(call))
            self.assertNotIn("{keywords}", text)
            for name in inspect.signature(call).parameters:
                if name not in ("self", "act"):
                    self.assertRegex(text, rf"(?m)^[ |]*(\w+, )*{name}(, \w+)* : ", f"{call.__name__}: {name}")
        self.assertIn("tau_mem : float [s], default 0.02", inspect.getdoc(lpl.Lif))
        self.assertIn("activation, act : {", inspect.getdoc(lpl.Layer))

    def test_presets_stand_where_nothing_is_given(self):
        self.assertEqual(lpl.config_fields(2, 2, preset="stream")["stats"], lpl.StatsMode.EWMA)
        self.assertEqual(lpl.config_fields(2, 2, preset="stream", stats="batch")["stats"], lpl.StatsMode.BATCH)
        given = lpl.config_fields(3, 2, preset="reference", act="relu")
        self.assertEqual(lpl.config_fields(**given), given)  # a complete configuration is taken back

    def test_signatures_of_functions_name_what_is_written(self):
        for call in (lpl.layer_config, lpl.config_fields, lpl.spiking_config_fields, lpl.vgg11, lpl.Source.poisson,
                     lpl.Source.spikes, lpl.probe.softmax):
            written = [n for n, p in inspect.signature(inspect.unwrap(call)).parameters.items()
                       if p.kind is not p.VAR_KEYWORD]
            self.assertEqual([n for n in inspect.signature(call).parameters][:len(written)], written)
            self.assertIn("Parameters\n", inspect.getdoc(call))
            self.assertNotIn("{keywords}", inspect.getdoc(call))

    def test_did_you_mean(self):
        u4 = np.zeros(0, "u4")
        cases = [
            (TypeError, "has no field 'etta'; did you mean 'eta'", lambda: lpl.Layer(3, 2, etta=1)),
            (TypeError, "did you mean 'preset'", lambda: lpl.Layer(3, 2, presset="toy2d")),
            (TypeError, "did you mean 'activation'", lambda: lpl.Layer(3, 2, activaton="relu")),
            (TypeError, "did you mean 'tau_mean'", lambda: lpl.Stats(3, tau_men=5)),
            (TypeError, "did you mean 'connect'", lambda: lpl.Spiking(3, 2, conect=None)),
            (TypeError, "did you mean 'kappa'", lambda: lpl.Projection(3, 2, kapa=1)),
            (TypeError, "did you mean 'tau_mem'", lambda: lpl.Lif(3, taumem=1)),
            (TypeError, "did you mean 'stream'", lambda: lpl.Source.poisson(3, 1.0, steam=1)),
            (TypeError, "did you mean 'first'", lambda: lpl.Source.spikes(3, np.zeros(0, "u8"), u4, frst=1)),
            (TypeError, "did you mean 'room_bins'", lambda: lpl.Record(3, rooms_bin=1)),
            (TypeError, "did you mean 'block_steps'", lambda: lpl.Network(block_step=1)),
            (TypeError, "did you mean 'epochs'", lambda: lpl.Readout(3, epoch=1)),
            (TypeError, "did you mean 'decorr'", lambda: lpl.rule_delta(np.zeros((2, 2)), decor=1)),
            (TypeError, "did you mean 'momentum'", lambda: lpl.optim_step(np.zeros(2), np.zeros(2), 1, momentun=1)),
            (ValueError, "did you mean 'relu'", lambda: lpl.Layer(3, 2, act="rellu")),
            (ValueError, "did you mean 'reference'", lambda: lpl.Layer(3, 2, preset="Referense")),
            (ValueError, "did you mean 'stdp'", lambda: lpl.Spiking(3, 2, preset="sdtp")),
            (ValueError, "did you mean 'inhibitory'", lambda: lpl.Projection(3, 2, kind="inhibitry")),
            (ValueError, "did you mean 'weights'", lambda: lpl.Layer(3, 2).read("weigths")),
            (ValueError, "did you mean 'eta'", lambda: lpl.Layer(3, 2).get("etta")),
            (ValueError, "did you mean 'sigma2'", lambda: lpl.Stats(3).read("sigma")),
            (ValueError, "did you mean 'rates'", lambda: lpl.Record(3).read("rate")),
            (ValueError, "did you mean 'gaba'", lambda: lpl.Projection(3, 2).drive(lpl.Lif(2), "gabba")),
            (ValueError, "did you mean 'selectivity'", lambda: lpl.metrics.metric("selectivty", np.zeros((2, 2)))),
            (ValueError, "did you mean 'cifar10'", lambda: lpl.worlds.Views("cifar")),
            (ValueError, "did you mean 'shape'", lambda: lpl.probe.factor_readout(np.zeros((9, 2), "f4"), u4,
                                                                                    "shapes")),
            (AttributeError, "did you mean 'eta'", lambda: setattr(lpl.Layer(3, 2), "etta", 1)),
        ]
        for kind, sentence, call in cases:
            with self.subTest(sentence=sentence), self.assertRaisesRegex(kind, sentence):
                call()


class Ways(unittest.TestCase):
    def test_a_mask_is_no_list_of_spikes(self):
        mask = np.array([True, False, True])
        v = np.zeros(3, "f4")
        calls = [lambda: lpl.Spiking(3, 3).step(mask, None, v), lambda: lpl.Spiking(3, 3).step(None, mask, v),
                 lambda: lpl.Projection(3, 3).step(mask), lambda: lpl.Projection(3, 3).step(None, mask),
                 lambda: lpl.Record(3).step(mask), lambda: lpl.Source.spikes(3, np.zeros(3, "u8"), mask),
                 lambda: lpl.Connect.pairs(mask, mask),
                 lambda: lpl.Spiking(3, 3).steps(np.zeros(2, "u8"), mask, np.zeros(2, "u8"), mask, v[None])]
        for call in calls:
            with self.assertRaisesRegex(lpl.LplDtypeError, r"pass numpy.flatnonzero\(\w+\).astype\('u4'\)"):
                call()

    def test_step_is_a_call_and_steps_done_a_count(self):
        layer = lpl.Layer(3, 2, batch_max=4)
        layer.update(*rng(1).normal(size=(2, 4, 3)).astype("f4"))
        self.assertEqual(layer.steps_done, 1)
        with self.assertWarnsRegex(DeprecationWarning, "steps_done") as caught:
            self.assertEqual(layer.step, 1)
        self.assertEqual(caught.filename, __file__)
        with self.assertWarnsRegex(DeprecationWarning, "steps_done") as caught:
            layer.step = 5
        self.assertEqual((caught.filename, layer.steps_done), (__file__, 5))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertIn("step 5", repr(layer))
        for made in (lpl.Spiking(3, 2), lpl.Projection(3, 2), lpl.Lif(3), lpl.Record(3), lpl.Source.poisson(3, 1.0)):
            self.assertTrue(callable(made.step))
        for made in (lpl.Spiking(3, 2), lpl.Projection(3, 2), lpl.Lif(3), lpl.Record(3), lpl.Source.poisson(3, 1.0),
                     lpl.Network()):
            self.assertEqual(made.steps_done, 0)

    def test_all_is_written_out(self):
        public = {n for n, v in vars(lpl).items() if not n.startswith("_") and not inspect.ismodule(v)}
        self.assertEqual(sorted(lpl.__all__), sorted(public | {"metrics", "probe", "random", "worlds", "__version__"}))
        self.assertEqual(len(set(lpl.__all__)), len(lpl.__all__))
        for name in lpl.__all__:
            getattr(lpl, name)

    def test_everything_public_says_what_it_is(self):
        for module in (lpl, lpl.metrics, lpl.probe, lpl.random, lpl.worlds):
            for name, value in vars(module).items():
                if name.startswith("_") or inspect.ismodule(value) or not str(
                        getattr(value, "__module__", "")).startswith("lpl"):
                    continue
                self.assertTrue(inspect.getdoc(value), f"{module.__name__}.{name}")
                if inspect.isclass(value) and not issubclass(value, (BaseException, int, tuple)):
                    for member, thing in vars(value).items():
                        if not member.startswith("_") and (callable(thing) or isinstance(
                                thing, (property, classmethod, staticmethod))):
                            self.assertTrue(inspect.getdoc(getattr(value, member)), f"{name}.{member}")

    def test_reprs(self):
        made = [lpl.Layer(3, 2), lpl.Stack([dict(n_pre=3, n_post=2)]), lpl.Stats(3), lpl.Spiking(3, 2),
                lpl.Projection(3, 2), lpl.Lif(3), lpl.Source.poisson(3, 1.0), lpl.Record(3), lpl.Network(),
                lpl.Connect.dense(), lpl.Connect.random(0.5, seed=3), lpl.Readout(3), lpl.worlds.Movie(1),
                lpl.layer_config(3, 2)]
        for thing in made:
            with self.subTest(thing=type(thing).__name__):
                self.assertRegex(repr(thing), rf"^<?lpl\.(worlds\.)?{type(thing).__name__}")
                self.assertNotRegex(repr(thing), " object at 0x")
                if hasattr(thing, "close"):
                    thing.close()
                    self.assertIn("closed", repr(thing))
        self.assertIn("probability 0.5", repr(lpl.Connect.random(0.5, seed=3)))
        self.assertIn("eta=0.01", repr(lpl.layer_config(3, 2)))

    def test_types_are_refused_as_types(self):
        layer, net = lpl.Layer(3, 2, batch_max=4), lpl.Network()
        calls = [lambda: lpl.Source.poisson(3, "4"), lambda: lpl.Source.poisson(3, [1.0, 2.0]),
                 lambda: lpl.Connect.random("0.5"), lambda: lpl.Spiking(3, 2, np.ones((3, 2))),
                 lambda: lpl.Projection(3, 2, "dense"), lambda: lpl.Stack(5), lambda: lpl.Stack([5]),
                 lambda: lpl.Layer("3", 2), lambda: lpl.Layer(3, 2, preset=2.5), lambda: lpl.Layer(3, 2, act=None),
                 lambda: layer.update([[1.0, 2, 3]]), lambda: layer.forward("x"), lambda: layer.copy_from(5),
                 lambda: layer.read(None), lambda: layer.set("eta", "1"), lambda: layer.set("mode", None),
                 lambda: net.add_lif(5), lambda: net.add(5, 0, 0), lambda: net.add_source(5, 0),
                 lambda: net.add_input(3, 5), lambda: net.add_record(5, 0), lambda: net.run("5"),
                 lambda: lpl.Projection(3, 2).drive(5), lambda: lpl.Stats(3).merge(5), lambda: lpl.Layer.load(5),
                 lambda: lpl.Lif(3).clamp(5.0), lambda: lpl.worlds.Views(5), lambda: lpl.vgg11("32"),
                 lambda: lpl.spike_ptr(np.zeros(3, "u8"), "5"), lambda: lpl.Readout("3"),
                 lambda: lpl.Readout(3).fit([[1.0]], [0]), lambda: lpl.random.normal("3", 1),
                 lambda: lpl.Record(3, room="5"), lambda: lpl.Source.spikes(3, [0], [0])]
        for k, call in enumerate(calls):
            with self.subTest(call=k), self.assertRaises(TypeError):
                call()


if __name__ == "__main__":
    unittest.main()
