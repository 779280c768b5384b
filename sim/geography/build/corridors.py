"""Curated geography: rivers with their navigability, roads, named places, exits and connectors.

All of it is public knowledge and schematic, at the level of policy. Points are (lat, lon). A road
stop in capitals is a district seat. Rivers marked `by_hand` are in no open package, so their course
is approximate. Costs and days of connectors are assumed.
"""

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class River:
    """A river or a reach of one. `into` names the river that it joins.

    `navigability` is the class: 3 for large boats, 2 for small boats all year, 1 for canoes or
    small boats at high water only, 0 for an obstacle. `points` are the ends of a traced river, or
    the whole course of one drawn by hand.
    """

    name: str
    navigability: int
    points: tuple[Point, ...]
    into: str = ""
    by_hand: bool = False


# The package draws the Amazon up to 17 km away from the towns on its banks. This course passes
# them.
AMAZON = (
    (-4.443, -73.450), (-4.21, -73.24), (-4.08, -73.07), (-3.93, -73.13), (-3.75, -73.22),
    (-3.50, -73.04), (-3.42, -72.76), (-3.41, -72.35), (-3.36, -72.05), (-3.32, -71.82),
    (-3.52, -71.68), (-3.72, -71.42), (-3.86, -71.25), (-3.99, -71.09), (-3.92, -70.85),
    (-3.84, -70.68), (-3.86, -70.52), (-3.80, -70.38), (-3.83, -70.25), (-3.97, -70.17),
    (-4.10, -70.08), (-4.17, -69.99), (-4.22, -69.95), (-4.30, -69.93), (-4.36, -69.90),
)  # fmt: skip

RIVERS = (
    River("Amazonas", 3, AMAZON, by_hand=True),
    River("Maranon bajo", 3, ((-4.45, -77.57), (-4.443, -73.450)), "Amazonas"),
    River("Maranon pongos", 2, ((-5.06, -78.34), (-4.45, -77.57)), "Maranon bajo"),
    River("Maranon alto", 0, ((-8.0, -77.62), (-5.06, -78.34)), "Maranon pongos"),
    River("Ucayali", 3, ((-10.70, -73.78), (-4.443, -73.450)), "Amazonas"),
    River("Tambo", 2, ((-11.15, -74.24), (-10.70, -73.78)), "Ucayali"),
    River("Ene", 2, ((-12.27, -73.98), (-11.15, -74.24)), "Tambo"),
    River("Apurimac bajo", 2, ((-12.73, -73.70), (-12.27, -73.98)), "Ene"),
    River("Apurimac medio", 1, ((-13.01, -73.51), (-12.73, -73.70)), "Apurimac bajo"),
    River("Apurimac alto", 0, ((-13.80, -71.9), (-13.01, -73.51)), "Apurimac medio"),
    River("Perene", 1, ((-10.93, -74.87), (-11.15, -74.24)), "Tambo"),
    River("Mantaro bajo", 1, ((-12.20, -74.30), (-12.27, -73.98)), "Ene"),
    River("Mantaro", 0, ((-11.75, -75.60), (-12.20, -74.30)), "Mantaro bajo"),
    River("Urubamba bajo", 2, ((-12.05, -72.95), (-10.70, -73.78)), "Ucayali"),
    River("Urubamba alto", 1, ((-12.86, -72.69), (-12.05, -72.95)), "Urubamba bajo"),
    River("Napo", 3, ((-0.70, -76.20), (-3.45, -73.10)), "Amazonas"),
    River("Putumayo", 3, ((-0.12, -75.25), (-2.87, -69.75))),
    River("Putumayo alto", 2, ((0.50, -76.50), (-0.12, -75.25)), "Putumayo"),
    River("Yavari", 2, ((-5.18, -72.88), (-4.36, -70.03)), "Amazonas"),
    River("Curaray", 2, ((-1.55, -75.50), (-2.37, -74.09)), "Napo"),
    River("Tigre", 2, ((-2.25, -76.00), (-4.49, -74.09)), "Maranon bajo"),
    River("Pastaza", 2, ((-2.80, -76.47), (-4.90, -76.40)), "Maranon bajo"),
    River("Morona", 2, ((-3.20, -77.55), (-4.72, -77.08)), "Maranon bajo"),
    River("Santiago", 2, ((-3.00, -78.05), (-4.43, -77.63)), "Maranon pongos"),
    River("Cenepa", 1, ((-3.60, -78.25), (-4.65, -78.20)), "Maranon pongos"),
    River("Huallaga bajo", 3, ((-5.90, -76.10), (-5.09, -75.61)), "Maranon bajo"),
    River("Huallaga medio", 1, ((-7.18, -76.73), (-5.90, -76.10)), "Huallaga bajo"),
    River("Chinchipe", 0, ((-4.60, -79.12), (-5.55, -78.70)), "Maranon alto"),
    River("Pampas", 0, ((-13.75, -74.20), (-13.40, -73.30)), "Apurimac alto"),
    River(
        "San Miguel",
        2,
        ((0.27, -76.55), (0.30, -76.30), (0.22, -76.05), (0.13, -75.87)),
        "Putumayo alto",
        by_hand=True,
    ),
    River(
        "Yaguas",
        1,
        ((-3.10, -71.90), (-2.95, -71.40), (-2.85, -70.90), (-2.75, -70.50), (-2.70, -70.10)),
        "Putumayo",
        by_hand=True,
    ),
    River(
        "Algodon",
        1,
        ((-2.75, -73.40), (-2.70, -72.90), (-2.68, -72.40), (-2.55, -72.00)),
        "Putumayo",
        by_hand=True,
    ),
    River(
        "Cotuhe",
        1,
        ((-3.30, -71.10), (-3.20, -70.70), (-3.10, -70.30), (-2.95, -69.95)),
        "Putumayo",
        by_hand=True,
    ),
    River(
        "Ampiyacu", 1, ((-2.85, -72.40), (-3.05, -72.15), (-3.25, -71.90)), "Amazonas", by_hand=True
    ),
    River(
        "Nanay",
        1,
        ((-3.55, -74.10), (-3.80, -73.80), (-3.85, -73.55), (-3.80, -73.35)),
        "Amazonas",
        by_hand=True,
    ),
    River(
        "Atacuari", 1, ((-3.50, -70.95), (-3.65, -70.83), (-3.74, -70.75)), "Amazonas", by_hand=True
    ),
)

# name, class (3 paved trunk, 2 secondary, 1 track), stops
ROADS: tuple[tuple[str, int, tuple[Point | str, ...]], ...] = (
    ("PE-1N", 3, ("TUMBES", (-4.58, -81.27), (-5.19, -80.63), (-6.77, -79.84), (-7.40, -79.57),
        (-8.11, -79.03), (-9.07, -78.59), (-11.11, -77.61), (-12.05, -77.04))),
    ("PE-1S", 3, ((-12.05, -77.04), (-13.42, -76.13), (-14.07, -75.73), (-14.83, -74.94),
        (-16.62, -72.71), (-17.19, -70.93), (-18.01, -70.25))),
    ("PE-22 Carretera Central", 3, ((-12.05, -77.04), "MATUCANA", (-11.52, -75.90))),
    ("PE-3S Sierra Sur", 3, ((-11.52, -75.90), (-11.78, -75.50), (-11.92, -75.32), (-12.07, -75.20),
        (-12.50, -74.99), (-12.81, -74.39), "HUANTA", (-13.16, -74.22), "OCROS", (-13.52, -73.72),
        "ANDAHUAYLAS", (-13.63, -72.88), "LIMATAMBO", (-13.47, -72.15), (-13.52, -71.97), "SICUANI",
        "JULIACA", (-15.84, -70.02))),
    ("PE-28A Libertadores", 3, ((-13.71, -76.20), "HUAYTARA", (-13.16, -74.22))),
    ("PE-28B Quinua-VRAEM", 2, ((-13.16, -74.22), "QUINUA", (-12.95, -74.02), "AYNA", "PICHARI")),
    ("PE-28B Kimbiri-Quillabamba", 2, ("AYNA", (-12.68, -73.25), (-12.64, -73.04), "QUELLOUNO",
        (-12.863, -72.693), (-13.258, -72.263), (-13.47, -72.15))),
    ("Sivia-Llochegua-Canayre", 2, ("AYNA", "SIVIA", "LLOCHEGUA", "CANAYRE")),
    ("Santa Rosa-Palmapampa-Anchihuay", 2, ("AYNA", (-12.69, -73.73), "SAMUGARI", "ANCHIHUAY")),
    ("Pichari-Natividad", 1, ("PICHARI", (-12.36, -73.85))),
    ("Kintiarina-Villa Virgen", 1, ("AYNA", "VILLA KINTIARINA", "VILLA VIRGEN")),
    ("Huanta-Santillana-Llochegua", 1, ("HUANTA", "SANTILLANA", "LLOCHEGUA")),
    ("Canayre-Ene-Pangoa", 1, ("CANAYRE", "VIZCATAN DEL ENE", (-11.85, -74.10), "PANGOA")),
    ("PE-22B/5S La Oroya-Satipo", 3, ((-11.52, -75.90), (-11.42, -75.69), (-11.12, -75.35),
        "PICHANAQUI", "SATIPO", "MAZAMARI", "PANGOA")),
    ("PE-5S Mazamari-Puerto Ocopa", 2, ("MAZAMARI", "RIO TAMBO")),
    ("Puerto Ocopa-Atalaya", 1, ("RIO TAMBO", (-10.73, -73.76))),
    ("PE-24A Concepcion-Comas-Satipo", 2, ((-11.92, -75.32), (-11.716, -75.083), "SATIPO")),
    ("Huancayo-Pampas-Tintay Puncu", 2, ((-12.07, -75.20), (-12.40, -74.87), "COLCABAMBA")),
    ("PE-5S Villa Rica-P Bermudez", 2, ((-11.05, -75.33), "VILLA RICA", "PUERTO BERMUDEZ",
        (-8.90, -74.95), (-8.38, -74.55))),
    ("PE-3N Oroya-Huanuco-Tingo", 3, ((-11.52, -75.90), (-10.68, -76.26), (-9.93, -76.24),
        (-9.30, -76.00))),
    ("PE-18C Tingo-Pucallpa", 3, ((-9.30, -76.00), (-9.04, -75.51), (-8.38, -74.55))),
    ("PE-5N Tingo-Tarapoto", 3, ((-9.30, -76.00), "TOCACHE", "JUANJUI", (-6.49, -76.37))),
    ("PE-5N Jaen-Moyobamba-Yurimaguas", 3, ("JAEN", (-5.756, -78.441), "JAZAN", "RIOJA",
        "MOYOBAMBA", (-6.49, -76.37), (-5.90, -76.11))),
    ("PE-5N La Balsa-San Ignacio-Jaen", 3, ((-4.885, -79.13), "NAMBALLE", "SAN IGNACIO",
        (-5.37, -78.85), "JAEN")),
    ("PE-4 Olmos-Corral Quemado", 3, ((-6.77, -79.84), "OLMOS", (-6.04, -79.13), "JAEN")),
    ("PE-5NC Bagua-Nieva-Saramiriza", 2, ((-5.756, -78.441), (-5.633, -78.534), "ARAMANGO", "IMAZA",
        "NIEVA", "MANSERICHE")),
    ("PE-3N Cajamarca-Chota-Cutervo-Pucara", 2, ((-7.16, -78.51), (-6.68, -78.52), "CHOTA",
        "CUTERVO", (-6.04, -79.13))),
    ("PE-8 Costa-Cajamarca", 3, ((-7.40, -79.57), (-7.16, -78.51))),
    ("PE-8 Cajamarca-Chachapoyas", 2, ((-7.16, -78.51), "CELENDIN", "BALSAS", "LEIMEBAMBA",
        "CHACHAPOYAS", "JAZAN")),
    ("PE-3N Huamachuco-Cajabamba", 2, ((-8.11, -79.03), (-7.82, -78.05), (-7.62, -78.05),
        (-7.16, -78.51))),
    ("Iquitos-Nauta", 3, ((-3.75, -73.25), (-4.505, -73.58))),
    ("Iquitos-Mazan track", 1, ((-3.75, -73.25), (-3.50, -73.09))),
    ("Huancabamba-San Ignacio track", 1, ("HUANCABAMBA", "TABACONAS", "SAN IGNACIO")),
    ("Chiclayo-Chongoyape-Chota", 2, ((-6.77, -79.84), (-6.64, -79.39), (-6.63, -78.95), "CHOTA")),
    ("PE-30A Nazca-Abancay", 3, ((-14.83, -74.94), "PUQUIO", (-13.63, -72.88))),
    ("PE-30C Interoceanica", 3, ((-13.52, -71.97), (-13.69, -71.63), (-13.23, -70.76),
        (-12.60, -69.19))),
    ("PE-34A Arequipa-Juliaca", 3, ((-16.40, -71.53), "JULIACA")),
    ("Ecuador Loja-Zumba-La Balsa", 2, ((-3.99, -79.20), (-4.26, -79.22), (-4.87, -79.13),
        (-4.885, -79.13))),
    ("Colombia Leguizamo-La Tagua", 2, ((-0.193, -74.782), (-0.06, -74.66))),
    ("Triborder Leticia-Tabatinga", 2, ((-4.215, -69.94), (-4.25, -69.94))),
)  # fmt: skip

# Places that matter and that the packages call by another name, misplace or lack: name, country
# code, lat, lon, known population (0 unknown).
PLACES = (
    ("Pichari", 1, -12.519, -73.829, 0), ("Kimbiri", 1, -12.617, -73.787, 0),
    ("San Francisco", 1, -12.628, -73.797, 0), ("Sivia", 1, -12.512, -73.859, 0),
    ("Llochegua", 1, -12.410, -73.906, 0), ("Canayre", 1, -12.282, -74.023, 0),
    ("Palmapampa", 1, -12.768, -73.656, 0), ("San Miguel del Ene", 1, -12.186, -74.027, 0),
    ("Natividad", 1, -12.362, -73.850, 0), ("Villa Virgen", 1, -13.001, -73.515, 0),
    ("Puerto Ocopa", 1, -11.135, -74.310, 0), ("Quiteni", 1, -11.85, -74.08, 0),
    ("Mazamari", 1, -11.325, -74.530, 0), ("Satipo", 1, -11.254, -74.636, 0),
    ("Huanta", 1, -12.939, -74.248, 0), ("El Estrecho", 1, -2.447, -72.668, 0),
    ("Soplin Vargas", 1, -0.373, -74.676, 0), ("Gueppi", 1, -0.119, -75.248, 0),
    ("Flor de Agosto", 1, -2.08, -73.12, 0), ("Angusilla", 1, -0.75, -74.35, 0),
    ("Pantoja", 1, -0.970, -75.175, 0), ("Santa Clotilde", 1, -2.489, -73.678, 0),
    ("Mazan", 1, -3.498, -73.087, 0), ("Pebas", 1, -3.318, -71.862, 0),
    ("San Pablo", 1, -4.017, -71.103, 0), ("Caballococha", 1, -3.906, -70.517, 0),
    ("Cushillococha", 1, -3.935, -70.57, 0), ("Bellavista Callaru", 1, -4.11, -70.17, 0),
    ("Santa Rosa de Yavari", 1, -4.222, -69.957, 2500), ("Islandia", 1, -4.353, -70.041, 0),
    ("Jaen", 1, -5.709, -78.809, 0), ("San Ignacio", 1, -5.146, -79.005, 0),
    ("Namballe", 1, -5.004, -79.087, 0), ("Bagua", 1, -5.639, -78.532, 26000),
    ("La Peca", 1, -5.611, -78.435, 1500), ("Bagua Grande", 1, -5.756, -78.441, 0),
    ("Santa Maria de Nieva", 1, -4.592, -77.864, 0), ("Huampami", 1, -4.456, -78.159, 0),
    ("Puerto Galilea", 1, -4.05, -77.77, 0), ("Chiriaco", 1, -5.157, -78.289, 0),
    ("Chota", 1, -6.557, -78.648, 0), ("Cutervo", 1, -6.378, -78.818, 18000),
    ("Celendin", 1, -6.867, -78.144, 0), ("Leticia", 3, -4.215, -69.940, 0),
    ("Tabatinga", 4, -4.252, -69.938, 0), ("Benjamin Constant", 4, -4.383, -70.031, 0),
    ("Atalaia do Norte", 4, -4.371, -70.192, 0), ("Puerto Leguizamo", 3, -0.193, -74.782, 0),
    ("Puerto Narino", 3, -3.77, -70.383, 0), ("Tarapaca", 3, -2.883, -69.742, 0),
    ("El Encanto", 3, -1.75, -73.21, 300), ("Puerto Arica", 3, -2.145, -71.75, 500),
    ("Puerto Alegria", 3, -1.01, -74.00, 300), ("Marandua", 3, -2.40, -72.55, 200),
    ("Nuevo Rocafuerte", 2, -0.920, -75.400, 1000),
    ("Puerto El Carmen de Putumayo", 2, 0.115, -75.850, 3000),
    ("Puerto Asis", 3, 0.505, -76.497, 0), ("Zumba", 2, -4.865, -79.133, 3500),
    ("La Balsa (Ecuador)", 2, -4.875, -79.128, 200), ("Palanda", 2, -4.648, -79.132, 2100),
    ("Estirao do Equador", 4, -4.527, -71.560, 400), ("Tiwintza", 2, -3.05, -78.05, 300),
    ("Guayzimi", 2, -4.05, -78.69, 2000),
)  # fmt: skip

# District seats that the package lost because their names repeat: ubigeo, district, capital, lat,
# lon, altitude [m].
SEATS = (
    ("050501", "SAN MIGUEL", "San Miguel", -13.012, -73.981, 2661.0),
    ("050507", "SANTA ROSA", "Santa Rosa", -12.688, -73.731, 700.0),
    ("050508", "TAMBO", "Tambo", -12.948, -74.021, 3220.0),
    ("060407", "COCHABAMBA", "Cochabamba", -6.474, -78.889, 1650.0),
    ("060701", "BAMBAMARCA", "Bambamarca", -6.680, -78.520, 2526.0),
    ("060802", "BELLAVISTA", "Bellavista", -5.664, -78.678, 421.0),
    ("060812", "SANTA ROSA", "Santa Rosa", -5.430, -78.560, 1250.0),
    ("160112", "BELEN", "Belen", -3.766, -73.248, 104.0),
    ("160404", "SAN PABLO", "San Pablo", -4.017, -71.103, 95.0),
)

# Names in GeoNames that repeat a curated place elsewhere (here Santa Rosa, by its district's name).
OMITTED = ("Ramon Castilla",)

# Hubs are markets and depots, without a weight in any theatre: name, lat, lon.
HUBS = (
    ("Iquitos", -3.749, -73.253), ("Lima", -12.046, -77.043), ("Ayacucho", -13.160, -74.224),
    ("Huancayo", -12.067, -75.210), ("Chiclayo", -6.774, -79.841), ("Cajamarca", -7.164, -78.510),
    ("Pucallpa", -8.379, -74.554), ("Atalaya", -10.730, -73.756), ("Nauta", -4.508, -73.583),
    ("Cusco", -13.518, -71.979), ("Quillabamba", -12.863, -72.693), ("Puno", -15.840, -70.022),
)  # fmt: skip

# Border crossings on the map: name, exit, mode, (lat, lon) of a point abroad.
EXITS = (
    ("Leticia", "colombia", "river", (-4.215, -69.940)),
    ("Puerto Narino", "colombia", "river", (-3.770, -70.383)),
    ("Puerto Leguizamo", "colombia", "river", (-0.193, -74.782)),
    ("El Encanto", "colombia", "river", (-1.75, -73.21)),
    ("Marandua", "colombia", "river", (-2.40, -72.55)),
    ("Puerto Arica", "colombia", "river", (-2.145, -71.75)),
    ("Puerto Asis", "colombia", "river", (0.505, -76.497)),
    ("Cotuhe", "colombia", "foot", (-3.10, -70.25)),
    ("Tarapaca", "brazil", "river", (-2.883, -69.742)),
    ("Tabatinga", "brazil", "river", (-4.252, -69.938)),
    ("Benjamin Constant", "brazil", "river", (-4.383, -70.031)),
    ("Atalaia do Norte", "brazil", "river", (-4.371, -70.192)),
    ("Estirao do Equador", "brazil", "river", (-4.527, -71.560)),
    ("Nuevo Rocafuerte", "ecuador", "river", (-0.920, -75.400)),
    ("Puerto El Carmen", "ecuador", "river", (0.115, -75.850)),
    ("Santiago", "ecuador", "river", (-3.05, -78.05)),
    ("La Balsa", "ecuador", "road", (-4.865, -79.133)),
    ("Cordillera del Condor", "ecuador", "foot", (-4.05, -78.60)),
    ("Jimbura", "ecuador", "foot", (-4.63, -79.46)),
)  # fmt: skip

# name, start, end, mode, days, USD/kg, seizure probability, exit. All of this table is assumed.
CONNECTORS = (
    ("VRAEM-coast by road", "San Francisco", "Lima", "road", 2.0, 40.0, 0.03, "coast"),
    ("VRAEM-Cusco-Puno-Bolivia by road", "Kimbiri", "", "road", 4.0, 80.0, 0.03, "bolivia"),
    ("VRAEM-Bolivia by air", "Llochegua", "", "air", 0.2, 150.0, 0.01, "bolivia"),
    ("Atalaya-Ucayali-Iquitos", "Atalaya", "Iquitos", "river", 8.0, 30.0, 0.03, ""),
    ("Jaen-Chiclayo", "Jaen", "Chiclayo", "road", 1.0, 15.0, 0.02, "coast"),
    ("Iquitos-Ica mouth-El Estrecho", "Iquitos", "El Estrecho", "river", 15.0, 50.0, 0.03, ""),
    ("Satipo-coast by road", "Satipo", "Lima", "road", 1.5, 40.0, 0.03, "coast"),
    ("Pucallpa-Ucayali-Iquitos", "Pucallpa", "Iquitos", "river", 5.0, 20.0, 0.03, ""),
    ("Nieva-Maranon-Iquitos", "Santa Maria de Nieva", "Iquitos", "river", 6.0, 25.0, 0.03, ""),
    ("Chiclayo-Lima", "Chiclayo", "Lima", "road", 1.0, 10.0, 0.02, ""),
    ("Ayacucho-Lima", "Ayacucho", "Lima", "road", 1.0, 10.0, 0.02, ""),
    ("Lima-Iquitos by air", "Lima", "Iquitos", "air", 0.2, 100.0, 0.2, ""),
    ("Chiclayo-Iquitos by air", "Chiclayo", "Iquitos", "air", 0.2, 100.0, 0.2, ""),
)

# Inhabitants counted in the 2017 census (INEI). F0480-F0485 are among them. For Jaen and San
# Ignacio F0486 and F0488 hold a higher figure and name this one in a note. The others are known
# figures without a row of their own. Provinces add up to the department's total exactly in Amazonas
# and Loreto, and to within 12 people in Cajamarca.
PROVINCES_2017 = {
    "0601": 348433, "0602": 75687, "0603": 79084, "0604": 142984, "0605": 27693, "0606": 120723,
    "0607": 77944, "0608": 185432, "0609": 130620, "0610": 48103, "0611": 46043, "0612": 21114,
    "0613": 37164, "0101": 55506, "0102": 74100, "0103": 25637, "0104": 42470, "0105": 44436,
    "0106": 29998, "0107": 107237, "1601": 479866, "1602": 122725, "1603": 62437, "1604": 49072,
    "1605": 58511, "1606": 54637, "1607": 48482, "1608": 7780,
}  # fmt: skip
DEPARTMENTS_2017 = {
    "Amazonas": 379384, "Ancash": 1083519, "Apurimac": 405759, "Arequipa": 1382730,
    "Ayacucho": 616176, "Cajamarca": 1341012, "Callao": 994494, "Cusco": 1205527,
    "Huancavelica": 347639, "Huanuco": 721047, "Ica": 850765, "Junin": 1246038,
    "La Libertad": 1778080, "Lambayeque": 1197260, "Lima": 9485405, "Loreto": 883510,
    "Madre de Dios": 141070, "Moquegua": 174863, "Pasco": 254065, "Piura": 1856809, "Puno": 1172697,
    "San Martin": 813381, "Tacna": 329332, "Tumbes": 224863, "Ucayali": 496459,
}  # fmt: skip
VRAEM_PEOPLE = 400_000
# People of the strip outside its towns, by country code: assumed.
RURAL_ABROAD = {2: 150_000, 3: 60_000, 4: 30_000}
