prelude
import LeanMining.Clipping
import LeanMining.Encoding
import LeanMining.Nucleus.Certificate
import LeanMining.Nucleus.Gap
