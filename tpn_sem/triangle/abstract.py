"""What the thesis' abstract says, word for word.

Sharimova, A. (2020). Understanding informal learning in virtual professional communities of
teachers in Kazakhstan [PhD thesis, University of Cambridge].
"""

TRIANGLE = (
    "a triangle of learning factors, namely, the need for professional connectedness, knowledge "
    "sharing self-efficacy, and knowledge sharing and receiving"
)
BOTH = (
    "both the need for professional connectedness, as part of professional identity and commitment "
    "for learning, and knowledge sharing self-efficacy are positively associated with knowledge "
    "sharing and receiving"
)
PARTIAL = (
    "the results of the study provide a partial explanation for teachers' engagement in virtual "
    "professional communities in the context of informal learning"
)
CONTEXT = (
    "contextual factors associated with the need for professional connectedness in the research "
    "context, such as professional isolation of teachers in rural schools, the need for mentoring "
    "support, and the context of educational change"
)
SOURCES = (
    "contextual sources of knowledge sharing self-efficacy, such as professional comparison and "
    "sense of professional connectedness"
)
TYPES = "contextual types of virtual professional communities"
FACE_TO_FACE = (
    "the importance of face-to-face collaboration within and beyond schools in order to promote "
    "professional knowledge exchange within virtual professional communities"
)
